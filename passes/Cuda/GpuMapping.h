// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How the work of a kernel is laid out over the threads of a block (CUDA).

#ifndef DPSIMS_PASSES_CUDA_GPUMAPPING_H
#define DPSIMS_PASSES_CUDA_GPUMAPPING_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace dpsims {

constexpr int64_t gpuWarp = 32;
constexpr int64_t gpuMaxThreads = 256;

/// How the threads of a grid point share the work of a linalg.generic.
enum class GpuMode {
  First,      // it has no dimensions: thread 0 computes it
  Uniform,    // each thread computes all of it, into copies of its own
  Spread,     // the last dimension over the threads; others, reductions too, in each thread
  ReduceRows, // the last dimension over `lanes` threads; of these there are rows, each of which reduces a part
  ReduceLast, // the last dimension, which is reduced, over the threads
};

/// Along the last dimension, thread t has the elements i with (i / vector) mod threads == t.
struct GpuGeneric {
  GpuMode mode = GpuMode::First;
  int64_t vector = 1; // neighboring elements that a thread takes at a time
  int64_t lanes = 1;  // of ReduceRows: a power of two
};

/// Where a private buffer of a kernel is.
enum class GpuBuffer {
  Shared, // in the memory that the block's threads share
  Copied, // one element, equal in all threads, each of which has its own
  Spread, // each thread has its own elements, as many as it takes at a time
};

/// A block has `points` grid points, each of `threads` threads.
struct GpuMapping {
  int64_t points = 1, threads = gpuWarp;
  llvm::DenseMap<mlir::Operation *, GpuGeneric> generics;
  llvm::DenseMap<mlir::Value, GpuBuffer> buffers;

  GpuBuffer placeOf(mlir::Value buffer) const {
    auto found = buffers.find(buffer);
    return found == buffers.end() ? GpuBuffer::Shared : found->second;
  }
  bool isPrivate(mlir::Value buffer) const { return buffer && placeOf(buffer) != GpuBuffer::Shared; }

  /// Whether the generic's partial results go from thread to thread, and whether from warp to warp.
  bool exchanges(mlir::Operation *generic) const {
    GpuMode mode = generics.lookup(generic).mode;
    return mode == GpuMode::ReduceRows || mode == GpuMode::ReduceLast;
  }
  void setOnePoint() {
    points = 1;
    threads = llvm::alignTo(threads, gpuWarp);
  }

  bool exchangesWarps(mlir::Operation *generic) const { return exchanges(generic) && threads > gpuWarp; }
};

/// The layout for a kernel's forall, whose grid has so many points.
GpuMapping chooseGpuMapping(mlir::scf::ForallOp forall, int64_t gridPoints);

/// The operations of the forall that need a barrier before them: those that access memory after another thread, one of
/// the two writing. Fails with a diagnostic where something cannot be in a kernel.
llvm::LogicalResult findGpuBarriers(mlir::scf::ForallOp forall, const GpuMapping &mapping,
                                    llvm::SmallVectorImpl<mlir::Operation *> &barriers);

} // namespace dpsims

#endif
