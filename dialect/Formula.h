// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Arithmetic on values of the graph, as derivatives are written.

#ifndef DPSIMS_DIALECT_FORMULA_H
#define DPSIMS_DIALECT_FORMULA_H

#include "dialect/Builders.h"

namespace dpsims {

using Values = llvm::MutableArrayRef<mlir::Value>; // the gradients of an op's operands, which buildGradients fills

/// Makes the ops of a formula, at the location of the op that it is derived from.
class Formula {
public:
  Formula(mlir::OpBuilder &builder, mlir::Operation *op)
      : builder(builder), location(op->getLoc()), element(elementOf(op->getResult(0))) {}

  /// Of the type of the op's elements.
  mlir::Value number(double value) { return makeConstant(builder, location, value, element); }
  mlir::Value add(mlir::Value a, mlir::Value b) { return make<AddOp>({a, b}); }
  mlir::Value sub(mlir::Value a, mlir::Value b) { return make<SubOp>({a, b}); }
  mlir::Value mul(mlir::Value a, mlir::Value b) { return make<MulOp>({a, b}); }
  mlir::Value mul(mlir::Value a, double b) { return b == 1 ? a : mul(a, number(b)); }
  mlir::Value div(mlir::Value a, mlir::Value b) { return make<DivOp>({a, b}); }
  mlir::Value neg(mlir::Value a) { return make<NegOp>(a); }
  mlir::Value exp(mlir::Value a) { return make<ExpOp>(a); }
  mlir::Value greater(mlir::Value a, mlir::Value b) { return make<GreaterOp>({a, b}); }
  mlir::Value select(mlir::Value c, mlir::Value a, mlir::Value b) { return make<SelectOp>({c, a, b}); }
  /// g where c is not 0.
  mlir::Value where(mlir::Value c, mlir::Value g) { return select(c, g, number(0)); }

  /// With elements of the type that those of `like` have.
  mlir::Value cast(mlir::Value x, mlir::Value like) { return makeCast(builder, location, x, elementOf(like)); }
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> shape) {
    return shapeOf(x) == shape ? x : make<ReshapeOp>(x, list("shape", shape));
  }
  mlir::Value broadcast(mlir::Value x, llvm::ArrayRef<int64_t> shape) {
    return shapeOf(x) == shape ? x : make<BroadcastOp>(x, list("shape", shape));
  }
  /// Sum or mean over axes, kept with size 1.
  mlir::Value reduce(mlir::Value x, ReduceKind kind, llvm::ArrayRef<int64_t> axes) {
    return makeReduce(builder, location, x, kind, axes);
  }
  /// A mean over the last axis, kept.
  mlir::Value rowMean(mlir::Value x) { return reduce(x, ReduceKind::Mean, {int64_t(shapeOf(x).size()) - 1}); }
  mlir::Value rowSum(mlir::Value x) { return reduce(x, ReduceKind::Sum, {int64_t(shapeOf(x).size()) - 1}); }
  /// The sum for each entry of the last axis, a vector; or a row of them for each of `groups` parts of the first axis.
  mlir::Value channelSum(mlir::Value x, int64_t groups = 0) {
    return reduceToChannels(builder, location, x, ReduceKind::Sum, groups);
  }
  mlir::Value spread(mlir::Value channels, mlir::Value x) {
    return spreadChannels(builder, location, channels, shapeOf(x));
  }
  /// The transpose of a broadcast: sums over what a value of that shape was repeated along.
  mlir::Value sumTo(mlir::Value g, llvm::ArrayRef<int64_t> shape) {
    llvm::ArrayRef<int64_t> from = shapeOf(g);
    size_t extra = from.size() - shape.size();
    llvm::SmallVector<int64_t> axes;
    for (size_t d = 0; d < from.size(); ++d)
      if (from[d] != 1 && (d < extra || shape[d - extra] == 1))
        axes.push_back(d);
    return reshape(reduce(g, ReduceKind::Sum, axes), shape);
  }
  mlir::Value matmul(mlir::Value a, mlir::Value b, bool transposeA, bool transposeB) {
    llvm::SmallVector<mlir::NamedAttribute> flags;
    if (transposeA)
      flags.push_back(builder.getNamedAttr("transpose_a", builder.getBoolAttr(true)));
    if (transposeB)
      flags.push_back(builder.getNamedAttr("transpose_b", builder.getBoolAttr(true)));
    return make<MatmulOp>({a, b}, flags);
  }

  mlir::NamedAttribute list(llvm::StringRef name, llvm::ArrayRef<int64_t> values) {
    return builder.getNamedAttr(name, builder.getI64ArrayAttr(values));
  }
  template <typename OpTy>
  mlir::Value make(mlir::ValueRange operands, llvm::ArrayRef<mlir::NamedAttribute> attributes = {}) {
    return makeOp<OpTy>(builder, location, operands, attributes);
  }
  /// An op of so many results.
  template <typename OpTy>
  mlir::Operation *makeAll(unsigned results, mlir::ValueRange operands,
                           llvm::ArrayRef<mlir::NamedAttribute> attributes = {}) {
    return makeOps<OpTy>(builder, location, results, operands, attributes);
  }

private:
  mlir::OpBuilder &builder;
  mlir::Location location;
  mlir::Type element;
};

} // namespace dpsims

#endif
