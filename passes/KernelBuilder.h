// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Builds the kernel functions of docs/architecture.md: a grid (scf.forall), and in it linalg.generic on rows.

#ifndef DPSIMS_PASSES_KERNELBUILDER_H
#define DPSIMS_PASSES_KERNELBUILDER_H

#include "passes/GraphUtils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace dpsims {

/// Where an access stands along one dimension: base + laneStride * lane, the lane being the place in the vector.
struct Position {
  mlir::OpFoldResult base;
  int64_t laneStride = 0;
};
using Access = llvm::SmallVector<Position>;

/// A payload: from the scalars read, the scalar written.
using Payload = llvm::function_ref<mlir::Value(mlir::ImplicitLocOpBuilder &, mlir::ValueRange)>;

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
  mlir::OpFoldResult floorDiv(mlir::OpFoldResult a, int64_t by);
  mlir::Value asValue(mlir::OpFoldResult value);
  mlir::Value constant(float value);

  /// A view of `sizes[i]` elements per dimension, `strides[i]` apart; dimensions of size 0 are dropped (one element).
  mlir::Value view(mlir::Value memref, llvm::ArrayRef<mlir::OpFoldResult> offsets, llvm::ArrayRef<int64_t> sizes,
                   llvm::ArrayRef<int64_t> strides = {});

  /// The row of an access: `lanes` elements, or a single one where nothing depends on the lane.
  mlir::Value row(mlir::Value memref, const Access &access, int64_t lanes);

  /// Private memory of a grid point; rank 0 with no sizes.
  mlir::Value local(llvm::ArrayRef<int64_t> sizes);
  mlir::Value load(mlir::Value scalar);
  void store(mlir::Value value, mlir::Value scalar);

  /// out[i] = payload(in[i]...): one dimension, inputs of rank 1 or, read for every i, rank 0.
  void map(mlir::ValueRange inputs, mlir::Value output, Payload payload);

  /// out (rank 0) = combine(out, payload(in[i]...)) over all i; or, with inputs of two dimensions, per second one.
  void reduce(mlir::ValueRange inputs, mlir::Value output, Payload payload, Payload combine);

  void fill(mlir::Value output, float value);

private:
  void generic(mlir::ValueRange inputs, mlir::Value output, int64_t rank, llvm::ArrayRef<bool> reductions,
               llvm::function_ref<mlir::Value(mlir::ImplicitLocOpBuilder &, mlir::ValueRange)> payload);

  mlir::func::FuncOp func;
  mlir::ImplicitLocOpBuilder builder;
  llvm::SmallVector<mlir::Value> ids;
};

} // namespace dpsims

#endif
