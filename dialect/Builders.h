// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Making ops of the graph.

#ifndef DPSIMS_DIALECT_BUILDERS_H
#define DPSIMS_DIALECT_BUILDERS_H

#include "dialect/Dialect.h"

#include "mlir/IR/Builders.h"

namespace dpsims {

/// Makes a graph op with so many results; their types are inferred. The operands must fit.
template <typename OpTy>
mlir::Operation *makeOps(mlir::OpBuilder &builder, mlir::Location location, unsigned results, mlir::ValueRange operands,
                         llvm::ArrayRef<mlir::NamedAttribute> attributes = {}) {
  mlir::OperationState state(location, OpTy::getOperationName());
  state.addOperands(operands);
  state.addAttributes(attributes);
  setOperandSegments(state, operands.size());
  state.addTypes(llvm::SmallVector<mlir::Type>(results, ValueType::get(builder.getContext())));
  mlir::Operation *op = builder.create(state);
  llvm::SmallVector<mlir::Type> types;
  mlir::LogicalResult inferred = llvm::cast<TensorOpInterface>(op).inferTypes(types);
  assert(succeeded(inferred) && "a pass makes ops that fit");
  (void)inferred;
  for (auto [result, type] : llvm::zip_equal(op->getResults(), types))
    result.setType(type);
  return op;
}

/// Makes a graph op with one result.
template <typename OpTy>
mlir::Value makeOp(mlir::OpBuilder &builder, mlir::Location location, mlir::ValueRange operands,
                   llvm::ArrayRef<mlir::NamedAttribute> attributes = {}) {
  return makeOps<OpTy>(builder, location, 1, operands, attributes)->getResult(0);
}

/// The type of elements of that kind, and the kind of elements of a tensor.
mlir::Type typeOf(ElementKind element, mlir::MLIRContext *context);
ElementKind kindOf(mlir::Type element);

/// A constant of one value, of a float type; a scalar without a shape.
mlir::Value makeConstant(mlir::OpBuilder &builder, mlir::Location location, double value, mlir::Type element,
                         llvm::ArrayRef<int64_t> shape = {});

/// The value with other elements; the value itself where it has them.
mlir::Value makeCast(mlir::OpBuilder &builder, mlir::Location location, mlir::Value value, mlir::Type element);

/// Sum, mean or maximum over axes, kept with size 1; the value itself where there are none.
mlir::Value makeReduce(mlir::OpBuilder &builder, mlir::Location location, mlir::Value value, ReduceKind kind,
                       llvm::ArrayRef<int64_t> axes);

/// Values one after another along an axis.
mlir::Value makeConcat(mlir::OpBuilder &builder, mlir::Location location, mlir::ValueRange values, int64_t axis);

/// The value in another shape.
mlir::Value makeReshape(mlir::OpBuilder &builder, mlir::Value value, llvm::ArrayRef<int64_t> shape);

/// The `size` elements of the value from `start` on.
mlir::Value makeSlice(mlir::OpBuilder &builder, mlir::Location location, mlir::Value value,
                      llvm::ArrayRef<int64_t> start, llvm::ArrayRef<int64_t> size);

/// The sum, mean or maximum of x (N, ..., C) for each channel: (C); with groups (groups, C), a row for each of so many
/// equal parts of x along N.
mlir::Value reduceToChannels(mlir::OpBuilder &builder, mlir::Location location, mlir::Value x, ReduceKind kind,
                             int64_t groups = 0);

/// 1 / sqrt(variance + eps), times the weight (C) if there is one, for each channel: as `spreadChannels` gives it.
mlir::Value channelScale(mlir::OpBuilder &builder, mlir::Location location, mlir::Value variance, double eps,
                         mlir::Value weight, llvm::ArrayRef<int64_t> shape);

/// Numbers for each channel, (C) or (groups, C), in a shape that broadcasts to (N, ..., C).
mlir::Value spreadChannels(mlir::OpBuilder &builder, mlir::Location location, mlir::Value channels,
                           llvm::ArrayRef<int64_t> shape);

inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return llvm::cast<mlir::ShapedType>(value.getType()).getShape();
}

inline mlir::Type elementOf(mlir::Value value) {
  return llvm::cast<mlir::ShapedType>(value.getType()).getElementType();
}

inline int64_t elementsOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType()).getNumElements();
}

} // namespace dpsims

#endif
