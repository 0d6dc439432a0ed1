// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/ptx_order.h"

#include <algorithm>

namespace dpsims::ptx {

void BlockOrder::beginBlock() {
  threads.clear();
  acquired.clear();
}

void BlockOrder::fence(uint32_t thread, uint32_t stamp, uint32_t barrierStamp, uint32_t firstStamp) {
  Thread &own = threads[thread];
  for (const Seen &seen : own.seen)
    acquired.push_back({seen, thread, stamp});
  own.seen.clear();
  own.fenced = {firstStamp, barrierStamp};
}

void BlockOrder::atomic(uint32_t thread, uint64_t address) {
  Thread &own = threads[thread];
  Released &released = releasedBy[address];
  own.seen.push_back({&released, released.size()});
  if (own.fenced.begin < own.fenced.end)
    released.push_back(own.fenced);
}

bool BlockOrder::isOrdered(uint32_t past, uint32_t thread, uint32_t barrierStamp) const {
  return std::any_of(acquired.begin(), acquired.end(), [&](const Acquired &entry) {
    if (entry.thread != thread && entry.stamp >= barrierStamp)
      return false; // no barrier since
    auto begin = entry.seen.released->begin(), end = begin + static_cast<std::ptrdiff_t>(entry.seen.count);
    auto after = std::upper_bound(begin, end, past, [](uint32_t at, const Interval &i) { return at < i.begin; });
    return after != begin && past < std::prev(after)->end;
  });
}

} // namespace dpsims::ptx
