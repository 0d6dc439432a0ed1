// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Cpu/VectorSegments.h"

#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

namespace dpsims {

static void cutRemainder(Cut &cut, int64_t offset, int64_t rest, int64_t width, Remainder remainder) {
  if (rest == 0)
    return;
  if (remainder != Remainder::Exact) {
    bool full = remainder == Remainder::FullWidth && offset != 0;
    cut.tail.push_back({offset, full ? width : int64_t(llvm::PowerOf2Ceil(rest)), rest});
    return;
  }
  for (int64_t lanes = llvm::bit_floor(uint64_t(rest)); rest != 0; lanes /= 2) {
    if (rest < lanes)
      continue;
    cut.tail.push_back({offset, lanes, lanes});
    offset += lanes;
    rest -= lanes;
  }
}

Cut cutDimension(int64_t size, int64_t width, int64_t unroll, Remainder remainder) {
  Cut cut;
  cut.step = width * unroll;
  cut.trips = size / cut.step;
  for (int64_t i = 0; i < unroll; ++i)
    cut.body.push_back({i * width, width, width});
  int64_t offset = cut.trips * cut.step;
  if (cut.trips == 1) { // no loop
    cut.trips = 0;
    cut.tail = std::move(cut.body);
  }
  for (; offset + width <= size; offset += width)
    cut.tail.push_back({offset, width, width});
  cutRemainder(cut, offset, size - offset, width, remainder);
  return cut;
}

} // namespace dpsims
