// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reductions, norms, pooling: their types and gradients.
#include "dialect/Formula.h"
#include "dialect/Inference.h"

using namespace mlir;
using namespace dpsims;

namespace {

using Shape = SmallVector<int64_t>;
using Types = SmallVectorImpl<Type>;
using Values = MutableArrayRef<Value>;

} // namespace

//===-- Types
//------------------------------------------------------------------------------------------------------===//

LogicalResult ReduceOp::inferTypes(Types &types) {
  if (failed(wantFloats(*this)) || failed(wantDimensions(*this)))
    return failure();
  StringRef kind = cast<StringAttr>(getKind()).getValue();
  if (!llvm::is_contained({"sum", "mean", "max"}, kind))
    return opError(*this) << "unknown kind \"" << kind << "\"; kinds are sum, mean, max";
  Shape shape(shapeOf(getInputs()[0]));
  for (int64_t axis : intList(getAxes())) {
    if (failed(wantAxis(*this, axis, shape.size())))
      return failure();
    shape[axis] = 1;
  }
  return giveFloat(*this, types, shape);
}

LogicalResult SoftmaxOp::inferTypes(Types &types) {
  return failed(inferLikeOperand(*this, types)) ? failure() : wantDimensions(*this);
}

LogicalResult LogSoftmaxOp::inferTypes(Types &types) {
  return failed(inferLikeOperand(*this, types)) ? failure() : wantDimensions(*this);
}

LogicalResult LayerNormOp::inferTypes(Types &types) {
  return failed(inferLikeOperand(*this, types)) ? failure() : wantChannels(*this, 1);
}

namespace {
/// Equal parts of a batch, each with statistics of its own.
LogicalResult wantGroups(Operation *op, int64_t groups) {
  ArrayRef<int64_t> x = shapeOf(op->getOperand(0));
  if (groups < 1 || x.size() < 2 || x[0] % groups)
    return opError(op) << "no " << groups << " equal parts of " << text(x) << " along its first dimension";
  return success();
}
} // namespace

LogicalResult BatchNormOp::inferTypes(Types &types) {
  if (failed(inferLikeOperand(*this, types)))
    return failure();
  ArrayRef<int64_t> mean = shapeOf(getInputs()[1]);
  if (mean.size() != 2)
    return wantChannels(*this, 1);
  int64_t channels = shapeOf(getInputs()[0]).empty() ? 0 : shapeOf(getInputs()[0]).back();
  if (mean[1] != channels || shapeOf(getInputs()[2]) != mean)
    return opError(*this) << "input has " << channels << " channels, mean and variance are " << text(mean) << " and "
                          << text(shapeOf(getInputs()[2]));
  return failed(wantChannels(*this, 3)) ? failure() : wantGroups(*this, mean[0]);
}

LogicalResult BatchStatisticsOp::inferTypes(Types &types) {
  if (failed(wantFloats(*this)) || failed(wantDimensions(*this)))
    return failure();
  Shape shape{shapeOf(getInputs()[0]).back()};
  if (getGroups()) {
    int64_t groups = intOr(*getGroups(), 0);
    if (failed(wantGroups(*this, groups)))
      return failure();
    shape.insert(shape.begin(), groups);
  }
  return failure(failed(giveFloat(*this, types, shape)) || failed(giveFloat(*this, types, shape)));
}

namespace {
FailureOr<Shape> pooledShape(Operation *op) {
  if (failed(wantFloats(op)) || failed(wantRank(op, 0, 4)))
    return failure();
  ArrayRef<int64_t> x = shapeOf(op->getOperand(0));
  auto number = [&](StringRef name) { return intOr(op->getAttr(name), 0); };
  int64_t kernel = number("kernel"), stride = number("stride"), padding = number("padding");
  if (kernel < 1 || stride < 1 || padding < 0 || padding >= kernel)
    return opError(op) << "kernel " << kernel << ", stride " << stride << ", padding " << padding;
  int64_t h = x[1] + 2 * padding - kernel, w = x[2] + 2 * padding - kernel;
  if (h < 0 || w < 0)
    return opError(op) << "the kernel " << kernel << " is larger than the padded input " << text(x);
  return Shape{x[0], h / stride + 1, w / stride + 1, x[3]};
}
} // namespace

LogicalResult MaxPoolOp::inferTypes(Types &types) {
  FailureOr<Shape> shape = pooledShape(*this);
  return failed(shape) ? failure() : giveFloat(*this, types, *shape);
}

LogicalResult MaxPoolGradientOp::inferTypes(Types &types) {
  FailureOr<Shape> shape = pooledShape(*this);
  if (failed(shape))
    return failure();
  for (Value pooled : getInputs().drop_front())
    if (shapeOf(pooled) != ArrayRef(*shape))
      return opError(*this) << "operands of the shape " << text(shapeOf(pooled)) << "; the pooled images are "
                            << text(*shape);
  return giveFloat(*this, types, shapeOf(getInputs()[0]));
}

//===-- Gradients
//--------------------------------------------------------------------------------------------------===//

void ReduceOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  Value x = getInputs()[0], g = results[0];
  StringRef kind = cast<StringAttr>(getKind()).getValue();
  if (kind == "max") { // shared by equal maxima
    Value here = f.sub(f.number(1), f.make<NotEqualOp>({x, getResult()}));
    operands[0] = f.mul(f.div(g, f.reduce(here, "sum", intList(getAxes()))), here);
    return;
  }
  double count = double(cast<RankedTensorType>(x.getType()).getNumElements()) /
                 cast<RankedTensorType>(g.getType()).getNumElements();
  operands[0] = f.broadcast(kind == "mean" ? f.mul(g, 1 / count) : g, shapeOf(x));
}

void SoftmaxOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  Value y = getResult(), g = results[0];
  operands[0] = f.mul(f.mul(y, f.sub(g, f.rowSum(f.mul(g, y)))), floatOr(getScale().value_or(Attribute()), 1));
}

void LogSoftmaxOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  operands[0] = f.sub(results[0], f.mul(f.exp(getResult()), f.rowSum(results[0])));
}

void LayerNormOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted, Values operands) {
  Formula f(builder, *this);
  Value x = getInputs()[0], g = results[0];
  Value centred = f.sub(x, f.rowMean(x));
  Value variance = f.rowMean(f.make<SquareOp>(centred));
  Value scale = f.make<RsqrtOp>(f.add(variance, f.number(floatOr(getEps(), 0))));
  if (wanted[0]) { // two reductions of x and g at a time
    Value h = getInputs().size() > 1 ? f.mul(g, getInputs()[1]) : g;
    Value slope = f.mul(f.rowMean(f.mul(h, centred)), f.make<SquareOp>(scale));
    operands[0] = f.mul(f.sub(f.sub(h, f.rowMean(h)), f.mul(centred, slope)), scale);
  }
  if (wanted.size() > 1 && wanted[1])
    operands[1] = f.channelSum(f.mul(g, f.mul(centred, scale)));
  if (wanted.size() > 2 && wanted[2])
    operands[2] = f.channelSum(g);
}

void BatchNormOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted, Values operands) {
  Formula f(builder, *this);
  Value x = getInputs()[0], mean = getInputs()[1], g = results[0];
  int64_t groups = shapeOf(mean).size() == 2 ? shapeOf(mean)[0] : 0;
  auto has = [&](unsigned i) { return wanted.size() > i && wanted[i]; };
  double eps = floatOr(getEps(), 0);
  Value weight = getInputs().size() > 3 ? getInputs()[3] : Value();
  Value total = has(1) || has(4) ? f.channelSum(g, groups) : Value();
  Value product = has(2) || has(3) ? f.channelSum(f.mul(g, f.sub(x, f.spread(mean, x))), groups) : Value();
  if (has(0)) // the same ops as in the decomposition: what it computes is used again
    operands[0] = f.mul(g, channelScale(builder, getLoc(), getInputs()[2], eps, weight, shapeOf(x)));
  Value scale = f.make<RsqrtOp>(f.add(getInputs()[2], f.number(eps)));
  Value factor = weight ? f.mul(scale, weight) : scale; // of x in the result
  if (has(1))
    operands[1] = f.neg(f.mul(total, factor));
  if (has(2))
    operands[2] = f.mul(f.mul(f.mul(product, factor), f.make<SquareOp>(scale)), -0.5);
  if (has(3))
    operands[3] = f.sumTo(f.mul(product, scale), shapeOf(getInputs()[3]));
  if (has(4))
    operands[4] = f.sumTo(total, shapeOf(getInputs()[4]));
}

void BatchStatisticsOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  Value x = getInputs()[0];
  double count = double(cast<RankedTensorType>(x.getType()).getNumElements()) /
                 cast<RankedTensorType>(getMean().getType()).getNumElements();
  Value sum;
  if (results[0])
    sum = f.spread(f.mul(results[0], 1 / count), x);
  if (results[1]) {
    Value ofVariance = f.mul(f.sub(x, f.spread(getMean(), x)), f.spread(f.mul(results[1], 2 / count), x));
    sum = sum ? f.add(ofVariance, sum) : ofVariance;
  }
  operands[0] = f.broadcast(sum, shapeOf(x));
}

void MaxPoolOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  operands[0] = f.make<MaxPoolGradientOp>({getInputs()[0], getResult(), results[0]}, (*this)->getAttrs());
}
