// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Making ops of the graph.

#ifndef DPSIMS_DIALECT_BUILDERS_H
#define DPSIMS_DIALECT_BUILDERS_H

#include "dialect/Dialect.h"

#include "mlir/IR/Builders.h"

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

/// A constant of one value; a scalar without a shape.
mlir::Value makeConstant(mlir::OpBuilder &builder, mlir::Location location, double value,
                         llvm::ArrayRef<int64_t> shape = {});

inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return llvm::cast<mlir::ShapedType>(value.getType()).getShape();
}

} // namespace dpsims

#endif
