// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What several passes on graphs need.

#ifndef DPSIMS_PASSES_GRAPHUTILS_H
#define DPSIMS_PASSES_GRAPHUTILS_H

#include "dialect/Dialect.h"

#include "mlir/IR/Builders.h"

#include "llvm/ADT/DenseSet.h"

namespace dpsims {

/// Makes a graph op with one result; its type is inferred. The operands must fit.
template <typename OpTy>
mlir::Value makeOp(mlir::OpBuilder &builder, mlir::Location location, mlir::ValueRange operands,
                   llvm::ArrayRef<mlir::NamedAttribute> attributes = {}) {
  mlir::OperationState state(location, OpTy::getOperationName());
  state.addOperands(operands);
  state.addAttributes(attributes);
  state.addTypes(ValueType::get(builder.getContext()));
  mlir::Operation *op = builder.create(state);
  llvm::SmallVector<mlir::Type> types;
  mlir::LogicalResult inferred = llvm::cast<TensorOpInterface>(op).inferTypes(types);
  assert(succeeded(inferred) && "a pass makes ops that fit");
  (void)inferred;
  op->getResult(0).setType(types[0]);
  return op->getResult(0);
}

/// A scalar constant.
mlir::Value makeConstant(mlir::OpBuilder &builder, mlir::Location location, double value);

/// The values of a block that depend on weights and constants alone.
class WeightOnly {
public:
  explicit WeightOnly(mlir::Block &block);
  bool contains(mlir::Value value) const { return values.contains(value); }
  /// For values made after the analysis.
  void insert(mlir::Value value) { values.insert(value); }

private:
  llvm::DenseSet<mlir::Value> values;
};

inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return llvm::cast<mlir::ShapedType>(value.getType()).getShape();
}

/// Elementwise arithmetic: every element of the result is computed from the elements at the same (broadcast) place.
bool isElementwise(mlir::Operation *op);

/// Ops that only pick elements: upsample, slice, broadcast, one_hot.
bool isPicking(mlir::Operation *op);

/// Convolutions and matrix products: the target's library computes them.
bool isLibraryOp(mlir::Operation *op);

} // namespace dpsims

#endif
