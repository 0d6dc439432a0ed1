// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DPSIMS_PASSES_LIVENESS_H
#define DPSIMS_PASSES_LIVENESS_H

#include "dialect/Dialect.h"

#include "llvm/ADT/SmallVector.h"

namespace dpsims {

/// A planned buffer and the steps, by number, between which its bytes are needed.
struct LiveBuffer {
  BufferOp buffer;
  int64_t size; // bytes
  int64_t first, last;
  bool overlaps(const LiveBuffer &other) const { return first <= other.last && other.first <= last; }
};

/// The bytes of a buffer.
int64_t byteSize(mlir::Value buffer);

/// The buffers of a list of steps that have a place in its arena, without views, in the list's order. A view's readers are
/// its buffer's.
llvm::SmallVector<LiveBuffer> liveBuffers(mlir::Block &steps);

} // namespace dpsims

#endif
