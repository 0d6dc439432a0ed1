// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The derivative of every op of the graph. Where a derivative can be told from the result (LeakyReLU, sigmoid, tanh),
// it is: the operand then need not be kept.
#include "dialect/Formula.h"

#include <cmath>

using namespace mlir;
using namespace dpsims;

namespace {

using Shape = SmallVector<int64_t>;
using Values = MutableArrayRef<Value>;

} // namespace

//===-- Elementwise -----------------------------------------------------------------------------------------------===//

/// The gradient of a unary op: `body` gives it from the formula f, the operand x, the result y, its gradient g.
#define UNARY(Op, body)                                                                                                \
  void Op::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {              \
    Formula f(builder, *this);                                                                                         \
    Value x = getInputs()[0], y = getResult(), g = results[0];                                                         \
    (void)x, (void)y;                                                                                                  \
    operands[0] = body;                                                                                                \
  }

UNARY(ReluOp, f.where(f.greater(y, f.number(0)), g))
UNARY(LeakyReluOp,
      f.select(f.greater(floatOr(getSlope(), 0) >= 0 ? y : x, f.number(0)), g, f.mul(g, floatOr(getSlope(), 0))))
UNARY(ClampOp,
      f.where(f.mul(f.greater(y, f.number(floatOr(getMin(), 0))), f.greater(f.number(floatOr(getMax(), 0)), y)), g))
UNARY(SigmoidOp, f.mul(g, f.mul(y, f.sub(f.number(1), y))))
UNARY(TanhOp, f.mul(g, f.sub(f.number(1), f.make<SquareOp>(y))))
UNARY(ExpOp, f.mul(g, y))
UNARY(LogOp, f.div(g, x))
UNARY(ErfOp, f.mul(g, f.mul(f.exp(f.neg(f.make<SquareOp>(x))), 2 / std::sqrt(M_PI))))
UNARY(SqrtOp, f.div(f.mul(g, 0.5), y))
UNARY(RsqrtOp, f.mul(g, f.mul(f.mul(y, f.make<SquareOp>(y)), -0.5)))
UNARY(AbsOp, f.select(f.greater(x, f.number(0)), g, f.where(f.greater(f.number(0), x), f.neg(g))))
UNARY(SquareOp, f.mul(g, f.mul(x, 2)))
UNARY(NegOp, f.neg(g))
#undef UNARY

void SiluOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  Value x = getInputs()[0], s = f.make<SigmoidOp>(x), one = f.number(1);
  operands[0] = f.mul(results[0], f.mul(s, f.add(one, f.mul(x, f.sub(one, s)))));
}

void GeluOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  Value x = getInputs()[0];
  Value cumulative = f.mul(f.add(f.make<ErfOp>(f.mul(x, M_SQRT1_2)), f.number(1)), 0.5);
  Value density = f.mul(f.exp(f.mul(f.make<SquareOp>(x), -0.5)), M_SQRT1_2 / std::sqrt(M_PI));
  operands[0] = f.mul(results[0], f.add(cumulative, f.mul(x, density)));
}

void PowOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  double exponent = floatOr(getExponent(), 1);
  if (exponent == 0)
    return;
  Value lower = f.make<PowOp>(getInputs()[0], builder.getNamedAttr("exponent", builder.getF64FloatAttr(exponent - 1)));
  operands[0] = f.mul(results[0], f.mul(lower, exponent));
}

/// Binary ops: `left` and `right` in terms of f, the operands a and b, the result y, its gradient g.
#define BINARY(Op, left, right)                                                                                        \
  void Op::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted, Values operands) {       \
    Formula f(builder, *this);                                                                                         \
    Value a = getInputs()[0], b = getInputs()[1], y = getResult(), g = results[0];                                     \
    (void)y;                                                                                                           \
    if (wanted[0])                                                                                                     \
      operands[0] = f.sumTo(left, shapeOf(a));                                                                         \
    if (wanted[1])                                                                                                     \
      operands[1] = f.sumTo(right, shapeOf(b));                                                                        \
  }

BINARY(AddOp, g, g)
BINARY(SubOp, g, f.neg(g))
BINARY(MulOp, f.mul(g, b), f.mul(g, a))
BINARY(DivOp, f.div(g, b), f.neg(f.div(f.mul(g, y), b)))
BINARY(MaximumOp, f.where(f.greater(a, b), g), f.select(f.greater(a, b), f.number(0), g))
BINARY(MinimumOp, f.where(f.greater(b, a), g), f.select(f.greater(b, a), f.number(0), g))
#undef BINARY

void SelectOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted, Values operands) {
  Formula f(builder, *this);
  Value c = getInputs()[0];
  if (wanted[1])
    operands[1] = f.sumTo(f.where(c, results[0]), shapeOf(getInputs()[1]));
  if (wanted[2])
    operands[2] = f.sumTo(f.select(c, f.number(0), results[0]), shapeOf(getInputs()[2]));
}

// Constant almost everywhere.
void NotEqualOp::buildGradients(OpBuilder &, ArrayRef<Value>, ArrayRef<bool>, Values) {}
void GreaterOp::buildGradients(OpBuilder &, ArrayRef<Value>, ArrayRef<bool>, Values) {}
void StopGradientOp::buildGradients(OpBuilder &, ArrayRef<Value>, ArrayRef<bool>, Values) {}
void OneHotOp::buildGradients(OpBuilder &, ArrayRef<Value>, ArrayRef<bool>, Values) {}
void InstanceEdgesOp::buildGradients(OpBuilder &, ArrayRef<Value>, ArrayRef<bool>, Values) {}

//===-- Contractions ----------------------------------------------------------------------------------------------===//

namespace {
/// What a convolution and its gradients have in common: stride, padding, groups in numbers, and a shape if one is
/// given.
SmallVector<NamedAttribute> convAttributes(OpBuilder &builder, Operation *op, ArrayRef<int64_t> shape = {}) {
  ConvGeometry g = convGeometry(op);
  SmallVector<NamedAttribute> attributes;
  if (!shape.empty())
    attributes.push_back(builder.getNamedAttr("shape", builder.getI64ArrayAttr(shape)));
  attributes.push_back(builder.getNamedAttr("stride", builder.getI64ArrayAttr(g.stride)));
  attributes.push_back(builder.getNamedAttr("padding", builder.getI64ArrayAttr(g.padding)));
  attributes.push_back(builder.getNamedAttr("groups", builder.getI64IntegerAttr(g.groups)));
  return attributes;
}
} // namespace

void Conv2dOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted, Values operands) {
  Formula f(builder, *this);
  Value x = getInputs()[0], w = getInputs()[1], g = results[0];
  if (wanted[0])
    operands[0] = f.make<Conv2dInputGradientOp>({g, w}, convAttributes(builder, *this, shapeOf(x)));
  if (wanted[1])
    operands[1] = f.make<Conv2dWeightGradientOp>({x, g}, convAttributes(builder, *this, shapeOf(w)));
  if (wanted.size() > 2 && wanted[2])
    operands[2] = f.channelSum(g);
}

void Conv2dInputGradientOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted,
                                           Values operands) {
  Formula f(builder, *this);
  Value g = getInputs()[0], w = getInputs()[1];
  if (wanted[0])
    operands[0] = f.make<Conv2dOp>({results[0], w}, convAttributes(builder, *this));
  if (wanted[1])
    operands[1] = f.make<Conv2dWeightGradientOp>({results[0], g}, convAttributes(builder, *this, shapeOf(w)));
}

void Conv2dWeightGradientOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted,
                                            Values operands) {
  Formula f(builder, *this);
  Value x = getInputs()[0], g = getInputs()[1];
  if (wanted[0])
    operands[0] = f.make<Conv2dInputGradientOp>({g, results[0]}, convAttributes(builder, *this, shapeOf(x)));
  if (wanted[1])
    operands[1] = f.make<Conv2dOp>({x, results[0]}, convAttributes(builder, *this));
}

void MatmulOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted, Values operands) {
  Formula f(builder, *this);
  Value a = getInputs()[0], b = getInputs()[1], g = results[0];
  bool left = boolOr(getTransposeA().value_or(Attribute()), false);
  bool right = boolOr(getTransposeB().value_or(Attribute()), false);
  if (wanted[0])
    operands[0] = left ? f.matmul(b, g, right, true) : f.matmul(g, b, false, !right);
  if (wanted.size() > 2 && wanted[2])
    operands[2] = f.channelSum(g);
  if (!wanted[1])
    return;
  if (shapeOf(b).size() == 2 && shapeOf(a).size() > 2) { // one b for all rows
    auto rows = [&](Value x) {
      int64_t columns = shapeOf(x).back();
      return f.reshape(x, {cast<RankedTensorType>(x.getType()).getNumElements() / columns, columns});
    };
    a = rows(a);
    g = rows(g);
  }
  operands[1] = right ? f.matmul(g, a, true, left) : f.matmul(a, g, !left, false);
}

void AttentionOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted, Values operands) {
  Formula f(builder, *this);
  Value q = getInputs()[0], k = getInputs()[1], v = getInputs()[2], g = results[0];
  double scale = floatOr(getScale(), 1);
  // The same ops as in the decomposition: what it computes is used again.
  Value p = f.make<SoftmaxOp>(f.matmul(q, k, false, true), builder.getNamedAttr("scale", getScale()));
  if (wanted[2])
    operands[2] = f.matmul(p, g, true, false);
  if (!wanted[0] && !wanted[1])
    return;
  Value dp = f.matmul(g, v, false, true);
  Value ds = f.mul(f.mul(p, f.sub(dp, f.rowSum(f.mul(dp, p)))), scale);
  if (wanted[0])
    operands[0] = f.matmul(ds, k, false, false);
  if (wanted[1])
    operands[1] = f.matmul(ds, q, true, false);
}

//===-- Reductions and norms --------------------------------------------------------------------------------------===//

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

//===-- Shape -----------------------------------------------------------------------------------------------------===//

void UpsampleOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  ArrayRef<int64_t> x = shapeOf(getInputs()[0]);
  int64_t factor = intOr(getFactor(), 1);
  Value windows = f.reshape(results[0], {x[0], x[1], factor, x[2], factor, x[3]});
  operands[0] = f.reshape(f.reduce(windows, "sum", {2, 4}), x);
}

void ReshapeOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  operands[0] = Formula(builder, *this).reshape(results[0], shapeOf(getInputs()[0]));
}

void TransposeOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  Shape perm = intList(getPerm()), inverse(perm.size());
  for (size_t i = 0; i < perm.size(); ++i)
    inverse[perm[i]] = i;
  operands[0] = f.make<TransposeOp>(results[0], f.list("perm", inverse));
}

void BroadcastOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  operands[0] = Formula(builder, *this).sumTo(results[0], shapeOf(getInputs()[0]));
}

void ConcatOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted, Values operands) {
  Formula f(builder, *this);
  int64_t axis = intOr(getAxis(), 0);
  Shape start(shapeOf(getResult()).size(), 0), step(start.size(), 1);
  for (auto [i, input] : llvm::enumerate(getInputs())) {
    if (wanted[i])
      operands[i] =
          f.make<SliceOp>(results[0], {f.list("start", start), f.list("step", step), f.list("size", shapeOf(input))});
    start[axis] += shapeOf(input)[axis];
  }
}

void SliceOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  ArrayRef<int64_t> x = shapeOf(getInputs()[0]);
  Shape low = intList(getStart()), step = intList(getStep()), size = intList(getSize()), high, interior;
  for (size_t d = 0; d < x.size(); ++d) {
    high.push_back(x[d] - low[d] - (size[d] - 1) * step[d] - 1);
    interior.push_back(step[d] - 1);
  }
  operands[0] = f.make<PadOp>(results[0], {f.list("low", low), f.list("high", high), f.list("interior", interior)});
}

void PadOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  ArrayRef<int64_t> x = shapeOf(getInputs()[0]);
  Shape step(x.size(), 1);
  if (getInterior())
    for (auto [d, interior] : llvm::enumerate(intList(*getInterior())))
      step[d] += interior;
  operands[0] =
      f.make<SliceOp>(results[0], {f.list("start", intList(getLow())), f.list("step", step), f.list("size", x)});
}
