// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A linalg.generic of a gpu.func becomes loops: what the files of its parts share.

#ifndef DPSIMS_PASSES_CUDA_GPUGENERICLOWERING_H
#define DPSIMS_PASSES_CUDA_GPUGENERICLOWERING_H

#include "passes/Cuda/GpuGenerics.h"
#include "passes/Cuda/GpuMapping.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace dpsims {

/// What the generics of a kernel share.
class GpuKernelContext {
public:
  /// `thread`: its number among those of its grid point. Copied and spread buffers of the mapping become private
  /// memory.
  GpuKernelContext(mlir::gpu::GPUFuncOp func, const GpuMapping &mapping, mlir::Value thread);

  const GpuMapping &mapping;
  mlir::Value thread;

  /// The memory to access instead of a buffer of the kernel's.
  mlir::Value memoryOf(mlir::Value operand) const { return privates.lookup_or(operand, operand); }
  bool isSpread(mlir::Value operand) const { return mapping.placeOf(operand) == GpuBuffer::Spread; }
  bool isCopied(mlir::Value operand) const { return mapping.placeOf(operand) == GpuBuffer::Copied; }

  /// Memory of the block for `size` partial results, the same one for the same type, size and number.
  mlir::Value exchange(mlir::Type type, int64_t size, unsigned number);

private:
  mlir::gpu::GPUFuncOp func;
  llvm::DenseMap<mlir::Value, mlir::Value> privates;
  llvm::MapVector<std::tuple<mlir::Type, int64_t, unsigned>, mlir::Value> exchanges;
};

/// Opens `if (thread == 0)` and leaves the builder in it.
void createIfFirstThread(mlir::OpBuilder &b, mlir::Location loc, mlir::Value thread);

/// A memref.load or memref.store outside a linalg.generic: of a copied buffer each thread uses its own, anything else
/// thread 0 stores.
void lowerScalarAccess(mlir::Operation *op, GpuKernelContext &kernel);

/// Lowers a generic that verifyGeneric accepts, in the mapping's mode.
class GpuGenericLowering {
public:
  GpuGenericLowering(mlir::linalg::GenericOp op, GpuKernelContext &kernel);

  /// Replaces the generic.
  void run();

private:
  using Values = llvm::SmallVector<mlir::Value>;

  //===-- GpuGenericLowering.cpp: elements and loops --------------------------------------------------------------===//

  mlir::Value index(int64_t value);
  mlir::Value size(unsigned dim);
  Values indices(mlir::OpOperand *operand, unsigned element);
  mlir::Value load(mlir::OpOperand *operand, unsigned element);
  void store(mlir::Value value, mlir::OpOperand *operand, unsigned element);

  /// The next elements that the thread works on at a time: `count` along the last dimension, from this index on.
  void setElements(mlir::Value first, int64_t count);

  /// Plain loops over parallel dimensions.
  void loops(llvm::ArrayRef<unsigned> dims, llvm::function_ref<void()> body);

  /// From `begin` in steps along a dimension, `begin` being less than `step`. Gives what the last round yields.
  Values strided(mlir::Value begin, int64_t step, unsigned dim, mlir::ValueRange init,
                 llvm::function_ref<Values(mlir::Value, mlir::ValueRange)> body);

  /// All elements of the thread along the last dimension.
  Values spread(mlir::ValueRange init, llvm::function_ref<Values(mlir::ValueRange)> body);

  /// The payload for the elements at a time: stores the outputs that are not accumulated, returns the new values of
  /// those that are. There is an accumulator for each of the elements and outputs, or one for each output, which the
  /// elements use one after another.
  Values payload(mlir::ValueRange accumulators);
  llvm::SmallVector<Values> loadArguments();
  Values compute(unsigned element, llvm::ArrayRef<mlir::Value> arguments, mlir::ValueRange accumulators);

  //===-- GpuReductions.cpp ---------------------------------------------------------------------------------------===//

  void reduceInThread();
  void reduceRows();
  void reduceLast();

  Values reductionLoops(llvm::ArrayRef<unsigned> dims, mlir::ValueRange accumulators);
  Values neutral(size_t elements);
  mlir::Value combine(mlir::OpOperand *output, mlir::Value lhs, mlir::Value rhs);
  void storeTotals(llvm::ArrayRef<mlir::Value> totals, bool copied);
  void endExchange();

  /// Each thread's values become the totals over the threads with the same number modulo `lanes`, of all threads.
  void exchange(Values &values, int64_t lanes);
  void exchangeInWarp(Values &values, int64_t lanes);
  void exchangeWarps(Values &values, int64_t lanes);
  mlir::OpOperand *outputOf(size_t value) { return accumulated[value % accumulated.size()]; }

  mlir::linalg::GenericOp op;
  GpuKernelContext &kernel;
  GpuGeneric layout;
  int64_t threads, vector;
  mlir::OpBuilder b;
  mlir::Location loc;
  llvm::SmallVector<unsigned> outer, reductions; // parallel dimensions but the last one; reduced ones
  llvm::SmallVector<mlir::OpOperand *> accumulated;
  Values counters; // of the loops
  Values elements; // indices along the last dimension
};

} // namespace dpsims

#endif
