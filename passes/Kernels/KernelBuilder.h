// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Builds the kernel functions of docs/kernels.md: a grid (scf.forall), and in it linalg.generic on views.

#ifndef DPSIMS_PASSES_KERNELS_KERNELBUILDER_H
#define DPSIMS_PASSES_KERNELS_KERNELBUILDER_H

#include "passes/Graph/GraphUtils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace dpsims {

/// A loop of a linalg.generic. The last one is that of the lanes.
struct Loop {
  int64_t size;
  bool reduced = false;
};

/// Where an access is along one dimension: base + stride * the counter of a loop; the base alone with stride 0.
struct Position {
  mlir::OpFoldResult base;
  int64_t stride = 0;
  unsigned loop = 0;
};
using Access = llvm::SmallVector<Position>;

/// What a linalg.generic reads or writes: a view, and the loop that counts each of its dimensions.
struct KernelOperand {
  mlir::Value view;
  llvm::SmallVector<unsigned> loops;
};

/// A payload: from the scalars read, the scalar written, or one for each output.
using Payload = llvm::function_ref<mlir::Value(mlir::ImplicitLocOpBuilder &, mlir::ValueRange)>;
using Payloads = llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::ImplicitLocOpBuilder &, mlir::ValueRange)>;

class KernelBuilder {
public:
  KernelBuilder(mlir::Location location, llvm::ArrayRef<mlir::MemRefType> arguments, llvm::ArrayRef<int64_t> grid);

  mlir::func::FuncOp function() { return func; }
  mlir::ImplicitLocOpBuilder &b() { return builder; }
  mlir::Value argument(unsigned i) { return func.getArgument(i); }
  mlir::Value id(unsigned dimension) { return ids[dimension]; }

  mlir::OpFoldResult index(int64_t value) { return builder.getIndexAttr(value); }
  /// a * scale + offset.
  mlir::OpFoldResult affine(mlir::OpFoldResult a, int64_t scale, int64_t offset);
  mlir::OpFoldResult add(mlir::OpFoldResult a, mlir::OpFoldResult b);
  mlir::OpFoldResult floorDiv(mlir::OpFoldResult a, int64_t by);
  mlir::Value asValue(mlir::OpFoldResult value);
  mlir::Value constant(float value);

  /// The elements of an access, for loops of these sizes.
  KernelOperand operand(mlir::Value memref, const Access &access, llvm::ArrayRef<Loop> loops);

  /// The row of an access whose one loop has `lanes` rounds; a single element where nothing depends on it.
  mlir::Value row(mlir::Value memref, const Access &access, int64_t lanes) {
    return operand(memref, access, Loop{lanes}).view;
  }

  /// Private memory of a grid point, f32; rank 0 with no sizes.
  mlir::Value local(llvm::ArrayRef<int64_t> sizes);
  mlir::Value load(mlir::Value scalar);
  void store(mlir::Value value, mlir::Value scalar);

  /// Runs `body` in a loop of its counter below `high`; at the end the builder is after the loop.
  void forEach(mlir::OpFoldResult low, mlir::OpFoldResult high, llvm::function_ref<void(mlir::Value)> body);
  /// Runs `body` where the condition holds.
  void when(mlir::Value condition, llvm::function_ref<void()> body);
  /// low <= index < high.
  mlir::Value inside(mlir::OpFoldResult index, int64_t low, int64_t high);

  /// The linalg.generic of these loops. The payload gets the elements of the inputs, then of the outputs. It computes
  /// in f32, to which narrower floats are extended where they are read; where they are written, they are rounded.
  void compute(llvm::ArrayRef<Loop> loops, llvm::ArrayRef<KernelOperand> inputs, llvm::ArrayRef<KernelOperand> outputs,
               Payloads payload);

  /// out[i] = payload(in[i]...) over all dimensions of the output; inputs of fewer dimensions have the last of them.
  void map(mlir::ValueRange inputs, mlir::Value output, Payload payload);

  void fill(mlir::Value output, float value);

  /// Where what is added up to an output is kept meanwhile: the output itself, or memory of its shape if it is not f32.
  mlir::Value accumulator(mlir::Value output);
  /// Gives the output what was added up.
  void finish(mlir::Value accumulator, mlir::Value output);

private:
  mlir::Value emptyOperand(llvm::ArrayRef<int64_t> sizes);

  mlir::func::FuncOp func;
  mlir::ImplicitLocOpBuilder builder;
  llvm::SmallVector<mlir::Value> ids;
};

} // namespace dpsims

#endif
