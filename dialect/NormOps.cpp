// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reductions, norms, pooling: their types and gradients.
#include "dialect/Formula.h"
#include "dialect/Inference.h"

using namespace mlir;
using namespace dpsims;

//===-- Types -----------------------------------------------------------------------------------------------------===//

LogicalResult ReduceOp::inferTypes(Types &types) {
  if (failed(requireFloats(*this)) || failed(requireDimensions(*this)))
    return failure();
  if (failed(requireCase(*this, getKindAttr(), "kind", "kinds are", ReduceKind::Max)))
    return failure();
  Shape shape(shapeOf(getX()));
  for (int64_t axis : getAxes()) {
    if (failed(requireAxis(*this, axis, shape.size())))
      return failure();
    shape[axis] = 1;
  }
  return addFloatResult(*this, types, shape);
}

LogicalResult SoftmaxOp::inferTypes(Types &types) {
  return failed(inferLikeOperand(*this, types)) ? failure() : requireDimensions(*this);
}

LogicalResult LogSoftmaxOp::inferTypes(Types &types) {
  return failed(inferLikeOperand(*this, types)) ? failure() : requireDimensions(*this);
}

namespace {
/// A bias comes after a weight.
template <typename OpTy> LogicalResult requireWeight(OpTy norm) {
  return norm.getBias() && !norm.getWeight() ? opError(norm) << "has a bias, but no weight" : success();
}
} // namespace

LogicalResult LayerNormOp::inferTypes(Types &types) {
  auto isWide = [](Value vector) { return elementOf(vector).isF32(); };
  if (failed(requireAnyFloats(*this)))
    return failure();
  if (!llvm::all_of(getOperands().drop_front(), isWide) && failed(requireFloats(*this)))
    return failure();
  types.push_back(getX().getType());
  return failed(requireWeight(*this)) ? failure() : requireChannels(*this, 1);
}

namespace {
/// Equal parts of a batch, each with statistics of its own.
LogicalResult requireGroups(Operation *op, int64_t groups) {
  ArrayRef<int64_t> x = shapeOf(op->getOperand(0));
  if (groups < 1 || x.size() < 2 || x[0] % groups)
    return opError(op) << "no " << groups << " equal parts of " << text(x) << " along its first dimension";
  return success();
}
} // namespace

LogicalResult BatchNormOp::inferTypes(Types &types) {
  if (failed(inferLikeOperand(*this, types)) || failed(requireWeight(*this)))
    return failure();
  ArrayRef<int64_t> mean = shapeOf(getMean());
  if (mean.size() != 2)
    return requireChannels(*this, 1);
  int64_t channels = shapeOf(getX()).empty() ? 0 : shapeOf(getX()).back();
  if (mean[1] != channels || shapeOf(getVariance()) != mean)
    return opError(*this) << "input has " << channels << " channels, mean and variance are " << text(mean) << " and "
                          << text(shapeOf(getVariance()));
  return failed(requireChannels(*this, 3)) ? failure() : requireGroups(*this, mean[0]);
}

LogicalResult BatchStatisticsOp::inferTypes(Types &types) {
  if (failed(requireFloats(*this)) || failed(requireDimensions(*this)))
    return failure();
  Shape shape{shapeOf(getX()).back()};
  if (getGroups()) {
    if (failed(requireGroups(*this, *getGroups())))
      return failure();
    shape.insert(shape.begin(), *getGroups());
  }
  return failure(failed(addFloatResult(*this, types, shape)) || failed(addFloatResult(*this, types, shape)));
}

namespace {
template <typename OpTy> FailureOr<Shape> pooledShape(OpTy op) {
  if (failed(requireFloats(op)) || failed(requireRank(op, 0, 4)))
    return failure();
  ArrayRef<int64_t> x = shapeOf(op.getImages());
  int64_t kernel = op.getKernel(), stride = op.getStride(), padding = op.getPadding();
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
  return failed(shape) ? failure() : addFloatResult(*this, types, *shape);
}

LogicalResult MaxPoolGradientOp::inferTypes(Types &types) {
  FailureOr<Shape> shape = pooledShape(*this);
  if (failed(shape))
    return failure();
  for (Value pooled : {getPooled(), getGradient()})
    if (shapeOf(pooled) != ArrayRef(*shape))
      return opError(*this) << "operands of the shape " << text(shapeOf(pooled)) << "; the pooled images are "
                            << text(*shape);
  return addFloatResult(*this, types, shapeOf(getImages()));
}

//===-- Gradients -------------------------------------------------------------------------------------------------===//

void ReduceOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  Value x = getX(), g = results[0];
  double count = double(elementsOf(x)) / elementsOf(g);
  switch (getKind()) {
  case ReduceKind::Sum:
    operands[0] = f.broadcast(g, shapeOf(x));
    return;
  case ReduceKind::Mean:
    operands[0] = f.broadcast(f.mul(g, 1 / count), shapeOf(x));
    return;
  case ReduceKind::Max: { // shared by equal maxima
    Value here = f.sub(f.number(1), f.make<NotEqualOp>({x, getResult()}));
    operands[0] = f.mul(f.div(g, f.reduce(here, ReduceKind::Sum, getAxes())), here);
    return;
  }
  }
  llvm_unreachable("not a kind of reduction");
}

void SoftmaxOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  Value y = getResult(), g = results[0];
  operands[0] = f.mul(f.mul(y, f.sub(g, f.rowSum(f.mul(g, y)))), getScale());
}

void LogSoftmaxOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  operands[0] = f.sub(results[0], f.mul(f.exp(getResult()), f.rowSum(results[0])));
}

void LayerNormOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted, Values operands) {
  Formula f(builder, *this);
  Value x = getX(), g = results[0];
  Value centered = f.sub(x, f.rowMean(x));
  Value variance = f.rowMean(f.make<SquareOp>(centered));
  Value scale = f.make<RsqrtOp>(f.add(variance, f.number(getEps())));
  if (wanted[0]) { // two reductions of x and g at a time
    Value h = getWeight() ? f.mul(g, f.cast(getWeight(), x)) : g;
    Value slope = f.mul(f.rowMean(f.mul(h, centered)), f.make<SquareOp>(scale));
    operands[0] = f.mul(f.sub(f.sub(h, f.rowMean(h)), f.mul(centered, slope)), scale);
  }
  if (getWeight() && wanted[1])
    operands[1] = f.cast(f.channelSum(f.mul(g, f.mul(centered, scale))), getWeight());
  if (getBias() && wanted[2])
    operands[2] = f.cast(f.channelSum(g), getBias());
}

void BatchNormOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted, Values operands) {
  Formula f(builder, *this);
  Value x = getX(), mean = getMean(), weight = getWeight(), g = results[0];
  int64_t groups = shapeOf(mean).size() == 2 ? shapeOf(mean)[0] : 0;
  auto has = [&](unsigned i) { return wanted.size() > i && wanted[i]; };
  Value total = has(1) || has(4) ? f.channelSum(g, groups) : Value();
  Value product = has(2) || has(3) ? f.channelSum(f.mul(g, f.sub(x, f.spread(mean, x))), groups) : Value();
  if (has(0)) // the same ops as in the decomposition: what it computes is used again
    operands[0] = f.mul(g, channelScale(builder, getLoc(), getVariance(), getEps(), weight, shapeOf(x)));
  Value scale = f.make<RsqrtOp>(f.add(getVariance(), f.number(getEps())));
  Value factor = weight ? f.mul(scale, weight) : scale; // of x in the result
  if (has(1))
    operands[1] = f.neg(f.mul(total, factor));
  if (has(2))
    operands[2] = f.mul(f.mul(f.mul(product, factor), f.make<SquareOp>(scale)), -0.5);
  if (has(3))
    operands[3] = f.sumTo(f.mul(product, scale), shapeOf(weight));
  if (has(4))
    operands[4] = f.sumTo(total, shapeOf(getBias()));
}

void BatchStatisticsOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  Value x = getX();
  double count = double(elementsOf(x)) / elementsOf(getMean());
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
  operands[0] = f.make<MaxPoolGradientOp>({getImages(), getResult(), results[0]}, (*this)->getAttrs());
}

/// The transpose: each window takes the element at its first maximum. The images and what is pooled choose it, and have
/// no derivative but 0.
void MaxPoolGradientOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  ArrayRef<int64_t> x = shapeOf(getImages()), y = shapeOf(getPooled());
  int64_t kernel = getKernel(), stride = getStride(), padding = getPadding();
  auto padded = [&](Value images) {
    Shape low{0, padding, padding, 0}, high{0, 0, 0, 0};
    for (int axis : {1, 2})
      high[axis] = std::max<int64_t>((y[axis] - 1) * stride + kernel - padding - x[axis], 0);
    return f.make<PadOp>(images, {f.list("low", low), f.list("high", high)});
  };
  Value inside = f.broadcast(f.number(1), {1, x[1], x[2], 1}), left = f.broadcast(f.number(1), y), sum;
  Value images = padded(getImages()), gradients = padded(results[0]);
  inside = padded(inside);
  for (int64_t place = 0; place < kernel * kernel; ++place) {
    auto slice = [&](Value from) {
      ArrayRef<int64_t> shape = shapeOf(from);
      return f.make<SliceOp>(from, {f.list("start", {0, place / kernel, place % kernel, 0}),
                                    f.list("step", {1, stride, stride, 1}),
                                    f.list("size", {shape[0], y[1], y[2], shape[3]})});
    };
    Value other = f.make<NotEqualOp>({slice(images), getPooled()});
    Value first = f.mul(f.where(f.sub(f.number(1), other), left), slice(inside));
    Value part = f.mul(first, slice(gradients));
    sum = sum ? f.add(sum, part) : part;
    left = f.sub(left, first);
  }
  operands[2] = sum;
}
