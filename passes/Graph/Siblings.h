// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Convolutions and matrix products that share an operand.

#ifndef DPSIMS_PASSES_GRAPH_SIBLINGS_H
#define DPSIMS_PASSES_GRAPH_SIBLINGS_H

#include "passes/Graph/GraphUtils.h"

namespace dpsims {

/// How ops of a kind become one: they share an operand, others are joined along an axis each, and so is the result.
struct SiblingForm {
  unsigned shared;
  llvm::SmallVector<std::pair<unsigned, unsigned>, 2> joined; // operand, axis
  unsigned axis;                                              // of the result

  mlir::Value sharedOperand(mlir::Operation *op) const { return op->getOperand(shared); }
};

/// conv2d and matmul that share what they read: their weights are joined, and their results' channels.
std::optional<SiblingForm> contractionForm(mlir::Operation *op);

/// Gradients of their weights, where the gradients of their results are joined.
std::optional<SiblingForm> weightGradientForm(mlir::Operation *op);

/// Whether two ops of one form and with the same shared operand differ in joined operands alone.
bool areSiblings(mlir::Operation *a, mlir::Operation *b, const SiblingForm &form);

/// The op of all siblings at the builder's place; slices of its result take the place of theirs.
mlir::Value mergeSiblings(mlir::OpBuilder &builder, llvm::ArrayRef<mlir::Operation *> siblings,
                          const SiblingForm &form);

/// The part of `whole` along the axis that has the place of `like`, which begins at `start`.
mlir::Value sliceLike(mlir::OpBuilder &builder, mlir::Value whole, mlir::Value like, unsigned axis, int64_t start);

} // namespace dpsims

#endif
