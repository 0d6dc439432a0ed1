// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How a dimension is cut into pieces of at most a vector.

#ifndef DPSIMS_PASSES_CPU_VECTORSEGMENTS_H
#define DPSIMS_PASSES_CPU_VECTORSEGMENTS_H

#include "llvm/ADT/SmallVector.h"

#include <cstdint>

namespace dpsims {

/// Elements offset .. offset + valid - 1, held in `lanes` lanes; one lane is a scalar.
struct Segment {
  int64_t offset;
  int64_t lanes;
  int64_t valid;
};

/// `trips` times the segments `body`, each time `step` elements further, then the segments `tail`.
struct Cut {
  int64_t trips = 0;
  int64_t step = 0;
  llvm::SmallVector<Segment> body, tail;
};

/// What becomes of elements that fill no vector.
enum class Remainder {
  Narrow,    // the next power of two of lanes, masked if too many
  FullWidth, // as many lanes as the other segments, masked
  Exact      // powers of two that need no mask
};

/// A dimension of `size` elements, in vectors of `width`, `unroll` of them in a round of the loop.
Cut cutDimension(int64_t size, int64_t width, int64_t unroll, Remainder remainder);

} // namespace dpsims

#endif
