// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What several passes on graphs need.

#ifndef DPSIMS_PASSES_GRAPH_GRAPHUTILS_H
#define DPSIMS_PASSES_GRAPH_GRAPHUTILS_H

#include "dialect/Builders.h"
#include "dialect/FusedParts.h"

#include "llvm/ADT/DenseSet.h"

namespace dpsims {

/// The values of a block that depend on constants and on weights that the program does not change.
class WeightOnly {
public:
  explicit WeightOnly(mlir::Block &block);
  bool contains(mlir::Value value) const { return values.contains(value); }
  /// For values made after the analysis.
  void insert(mlir::Value value) { values.insert(value); }

private:
  llvm::DenseSet<mlir::Value> values;
};

/// Ops that only pick elements: upsample, slice, broadcast, one_hot, iota.
bool isPicking(mlir::Operation *op);

/// Convolutions, their gradients and matrix products: the target's library computes them.
bool isLibraryOp(mlir::Operation *op);

/// conv2d and matmul: y = x * weights [+ bias], with an epilogue.
bool isContraction(mlir::Operation *op);

/// Constant almost everywhere: no derivative passes.
bool stopsGradients(mlir::Operation *op);

/// What a schedule keeps before its first step: inputs, weights, constants.
bool isSource(mlir::Operation *op);

/// The elements of a tensor, and their bytes.
int64_t elementsOf(mlir::Value value);
int64_t bytesOf(mlir::Value value);

/// A reshape has the memory of what it reshapes.
mlir::Value storageOf(mlir::Value value);

/// Fused ops, in an order in which they can run, as one at the builder's place. What nothing else reads
/// is no result, but for reductions and what is reshaped: that is read from memory.
FusedOp joinFused(mlir::OpBuilder &builder, llvm::ArrayRef<FusedOp> ops);

} // namespace dpsims

#endif
