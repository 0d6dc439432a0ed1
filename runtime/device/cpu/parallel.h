// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Work cut into chunks. Where the cuts are follows from the work alone, never from the number of threads: so a result
// has the same bits on every machine with the same instructions.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_PARALLEL_H
#define DPSIMS_RUNTIME_DEVICE_CPU_PARALLEL_H

#include "runtime/device/cpu/team.h"

#include <algorithm>

namespace dpsims {

/// How many chunks share work on so many bytes: a power of two, which many numbers of threads divide; 1 where one
/// thread is done sooner than others are woken.
inline int64_t chunksFor(uint64_t bytes, uint64_t flops = 0) {
  constexpr uint64_t fewBytes = uint64_t(64) << 10, fewFlops = uint64_t(256) << 10;
  if (bytes < fewBytes && flops < fewFlops)
    return 1;
  constexpr uint64_t bytesOfChunk = uint64_t(16) << 10, flopsOfChunk = uint64_t(64) << 10;
  int64_t chunks = 4;
  while (chunks < 64 && static_cast<uint64_t>(2 * chunks) <= std::max(bytes / bytesOfChunk, flops / flopsOfChunk))
    chunks *= 2;
  return chunks;
}

/// body(begin, end) on nearly equal parts of 0..count, at most `chunks` of them. Nothing may follow from the cuts:
/// where there is one thread, there are none.
template <typename Body> void shareRange(Team &team, int64_t count, int64_t chunks, const Body &body) {
  chunks = std::min(chunks, count);
  if (chunks <= 1 || team.size() == 1) {
    body(int64_t(0), count);
    return;
  }
  team.run(chunks, [&](int64_t chunk, int) {
    const int64_t base = count / chunks, rest = count % chunks;
    const int64_t begin = chunk * base + std::min(chunk, rest);
    body(begin, begin + base + (chunk < rest ? 1 : 0));
  });
}

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_PARALLEL_H
