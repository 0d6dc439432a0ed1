// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// When each buffer of a list of steps is needed: for the plan of memory, and for its verifier.

#ifndef DPSIMS_PASSES_SCHEDULE_LIVENESS_H
#define DPSIMS_PASSES_SCHEDULE_LIVENESS_H

#include "dialect/Dialect.h"

#include "llvm/ADT/SmallVector.h"

namespace dpsims {

/// Buffers that share one place, and the steps, by number, between which its bytes are needed.
struct LiveBuffer {
  llvm::SmallVector<BufferOp> buffers; // each takes the memory of the one before, in place
  int64_t size;                        // bytes
  int64_t first, last;
  bool overlaps(const LiveBuffer &other) const { return first <= other.last && other.first <= last; }
};

/// The bytes of a buffer.
int64_t byteSize(mlir::Value buffer);

/// The buffer whose memory a buffer is: itself, or where it is a view the one that it is a view of in the end.
mlir::Value rootOf(mlir::Value buffer);

/// The places that a list of steps needs in its arena, in the list's order. A view's readers are its buffer's. An
/// output takes the place of an input that its step may overwrite and that nobody reads later.
llvm::SmallVector<LiveBuffer> liveBuffers(mlir::Block &steps);

} // namespace dpsims

#endif
