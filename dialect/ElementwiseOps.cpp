// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elementwise ops: their types, what they compute of scalars, their derivatives. Where a derivative can be told from
// the result (LeakyReLU, sigmoid, tanh), it is: the operand then need not be kept.
#include "dialect/Formula.h"
#include "dialect/Inference.h"
#include "dialect/Scalars.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"

#include <cmath>

using namespace mlir;
using namespace dpsims;

using B = ImplicitLocOpBuilder;

//===-- Types -----------------------------------------------------------------------------------------------------===//

LogicalResult NotEqualOp::inferTypes(Types &types) {
  if (failed(requireTensors(*this)))
    return failure();
  Type element = elementOf(getLhs());
  if (element != elementOf(getRhs()))
    return opError(*this) << "compares " << getLhs().getType() << " with " << getRhs().getType();
  return addBroadcastResult(*this, types, isa<FloatType>(element) ? element : Float32Type::get(getContext()));
}

LogicalResult CastOp::inferTypes(Types &types) {
  if (failed(requireElementType(*this, getTypeAttr())) || failed(requireTensors(*this)))
    return failure();
  return addResult(*this, types, shapeOf(getX()), typeOf(getType(), getContext()));
}

//===-- Payloads --------------------------------------------------------------------------------------------------===//

namespace {

template <typename OpTy> Value make(B &b, ValueRange operands) { return OpTy::create(b, operands).getResult(); }

Value multiply(B &b, Value x, Value y) { return make<arith::MulFOp>(b, {x, y}); }

Value inverse(B &b, Value v) {
  Value one = number(b, 1);
  return make<arith::DivFOp>(b, {one, v});
}

Value sigmoid(B &b, Value v) {
  Value e = make<math::ExpOp>(b, make<arith::NegFOp>(b, v)), one = number(b, 1);
  return make<arith::DivFOp>(b, {one, make<arith::AddFOp>(b, {e, number(b, 1)})});
}

Value clamp(B &b, Value v, double low, double high) {
  Value above = make<arith::MaximumFOp>(b, {v, number(b, low)});
  return make<arith::MinimumFOp>(b, {above, number(b, high)});
}

Value zeroOrOne(B &b, Value condition) {
  Value one = number(b, 1), zero = number(b, 0);
  return arith::SelectOp::create(b, condition, one, zero);
}

/// To an integer power, by repeated multiplication.
Value power(B &b, Value v, uint64_t exponent) {
  if (exponent < 2)
    return exponent ? v : number(b, 1);
  Value half = power(b, v, exponent / 2), even = multiply(b, half, half);
  return exponent % 2 ? multiply(b, even, v) : even;
}

Value clampToByte(B &b, Value value) {
  Value low = arith::MaxSIOp::create(b, value, integer(b, 0));
  return arith::MinSIOp::create(b, low, integer(b, 255));
}

Value toByte(B &b, Value integer) { return arith::TruncIOp::create(b, b.getI8Type(), integer); }

/// What is left of an f32 in a narrower type.
Value rounded(B &b, Value x, Type narrow) {
  Value stored = arith::TruncFOp::create(b, narrow, x);
  return arith::ExtFOp::create(b, b.getF32Type(), stored);
}

Value castFromFloat(B &b, Value x, ElementKind type);

Value castFromInteger(B &b, Value x, ElementKind type) {
  bool fromByte = x.getType().isInteger(8);
  Value integer = fromByte ? arith::ExtUIOp::create(b, b.getI32Type(), x).getResult() : x;
  switch (type) {
  case ElementKind::F32:
  case ElementKind::BF16:
  case ElementKind::F16:
    return castFromFloat(b, arith::SIToFPOp::create(b, b.getF32Type(), integer), type);
  case ElementKind::I32:
    return integer;
  case ElementKind::U8:
    return fromByte ? x : toByte(b, clampToByte(b, integer));
  }
  llvm_unreachable("not an element type");
}

Value castFromFloat(B &b, Value x, ElementKind type) {
  auto nearest = [&](double low, double high) -> Value {
    Value inside = clamp(b, make<math::RoundEvenOp>(b, x), low, high);
    return arith::FPToSIOp::create(b, b.getI32Type(), inside);
  };
  switch (type) {
  case ElementKind::F32:
    return x;
  case ElementKind::I32: // the largest f32 below 2^31: a conversion of more is not defined
    return nearest(-2147483648.0, 2147483520.0);
  case ElementKind::U8:
    return toByte(b, nearest(0, 255));
  case ElementKind::BF16:
  case ElementKind::F16:
    return rounded(b, x, typeOf(type, b.getContext()));
  }
  llvm_unreachable("not an element type");
}

} // namespace

// Activations.

Value ReluOp::buildPayload(B &b, ValueRange x) { return make<arith::MaximumFOp>(b, {x[0], number(b, 0)}); }

Value LeakyReluOp::buildPayload(B &b, ValueRange x) {
  Value scaled = multiply(b, x[0], number(b, getSlope()));
  Value positive = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x[0], number(b, 0));
  return arith::SelectOp::create(b, positive, x[0], scaled);
}

Value ClampOp::buildPayload(B &b, ValueRange x) { return clamp(b, x[0], getMin(), getMax()); }

Value SigmoidOp::buildPayload(B &b, ValueRange x) { return sigmoid(b, x[0]); }
Value SiluOp::buildPayload(B &b, ValueRange x) { return multiply(b, x[0], sigmoid(b, x[0])); }

Value GeluOp::buildPayload(B &b, ValueRange x) {
  Value e = make<math::ErfOp>(b, multiply(b, x[0], number(b, 0.70710678118654752440)));
  Value half = multiply(b, x[0], number(b, 0.5));
  return multiply(b, half, make<arith::AddFOp>(b, {e, number(b, 1)}));
}

// Functions of one number.

Value TanhOp::buildPayload(B &b, ValueRange x) { return make<math::TanhOp>(b, x); }

/// The larger of x and 0, and the rest, so that a large x overflows nowhere.
Value SoftplusOp::buildPayload(B &b, ValueRange x) {
  Value small = make<math::ExpOp>(b, make<arith::NegFOp>(b, make<math::AbsFOp>(b, x)));
  Value positive = make<arith::MaximumFOp>(b, {x[0], number(b, 0)});
  return make<arith::AddFOp>(b, {positive, make<math::Log1pOp>(b, small)});
}

Value ExpOp::buildPayload(B &b, ValueRange x) { return make<math::ExpOp>(b, x); }
Value ErfOp::buildPayload(B &b, ValueRange x) { return make<math::ErfOp>(b, x); }
Value LogOp::buildPayload(B &b, ValueRange x) { return make<math::LogOp>(b, x); }
Value SqrtOp::buildPayload(B &b, ValueRange x) { return make<math::SqrtOp>(b, x); }
Value RsqrtOp::buildPayload(B &b, ValueRange x) { return inverse(b, make<math::SqrtOp>(b, x)); }
Value AbsOp::buildPayload(B &b, ValueRange x) { return make<math::AbsFOp>(b, x); }
Value SquareOp::buildPayload(B &b, ValueRange x) { return multiply(b, x[0], x[0]); }
Value NegOp::buildPayload(B &b, ValueRange x) { return make<arith::NegFOp>(b, x); }
Value RoundOp::buildPayload(B &b, ValueRange x) { return make<math::RoundEvenOp>(b, x); }
Value FloorOp::buildPayload(B &b, ValueRange x) { return make<math::FloorOp>(b, x); }

/// Of what is not an integer: the logarithm of 0 is -infinity, whose exponential is 0.
Value PowOp::buildPayload(B &b, ValueRange x) {
  double exponent = getExponent(), size = std::fabs(exponent);
  if (size == std::floor(size) && size < 65536)
    return exponent < 0 ? inverse(b, power(b, x[0], size)) : power(b, x[0], size);
  if (size == 0.5)
    return exponent < 0 ? inverse(b, make<math::SqrtOp>(b, x)) : make<math::SqrtOp>(b, x);
  return make<math::ExpOp>(b, multiply(b, make<math::LogOp>(b, x), number(b, exponent)));
}

Value CastOp::buildPayload(B &b, ValueRange x) {
  bool isFloat = isa<FloatType>(x[0].getType());
  return isFloat ? castFromFloat(b, x[0], getType()) : castFromInteger(b, x[0], getType());
}

// Of two and three.

Value AddOp::buildPayload(B &b, ValueRange x) { return make<arith::AddFOp>(b, x); }
Value SubOp::buildPayload(B &b, ValueRange x) { return make<arith::SubFOp>(b, x); }
Value MulOp::buildPayload(B &b, ValueRange x) { return make<arith::MulFOp>(b, x); }
Value DivOp::buildPayload(B &b, ValueRange x) { return make<arith::DivFOp>(b, x); }
Value MaximumOp::buildPayload(B &b, ValueRange x) { return make<arith::MaximumFOp>(b, x); }
Value MinimumOp::buildPayload(B &b, ValueRange x) { return make<arith::MinimumFOp>(b, x); }

Value NotEqualOp::buildPayload(B &b, ValueRange x) {
  Value differ = isa<FloatType>(x[0].getType())
                     ? arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, x[0], x[1]).getResult()
                     : arith::CmpIOp::create(b, arith::CmpIPredicate::ne, x[0], x[1]).getResult();
  return zeroOrOne(b, differ);
}

Value GreaterOp::buildPayload(B &b, ValueRange x) {
  return zeroOrOne(b, arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x[0], x[1]));
}

Value SelectOp::buildPayload(B &b, ValueRange x) {
  Value condition = arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, x[0], number(b, 0));
  return arith::SelectOp::create(b, condition, x[1], x[2]);
}

//===-- Gradients -------------------------------------------------------------------------------------------------===//

/// The gradient of a unary op: `body` gives it from the formula f, the operand x, the result y, its gradient g.
#define UNARY(Op, body)                                                                                                \
  void Op::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {              \
    Formula f(builder, *this);                                                                                         \
    Value x = getX(), y = getResult(), g = results[0];                                                                 \
    (void)x, (void)y;                                                                                                  \
    operands[0] = body;                                                                                                \
  }

UNARY(ReluOp, f.where(f.greater(y, f.number(0)), g))
UNARY(LeakyReluOp, f.select(f.greater(getSlope() >= 0 ? y : x, f.number(0)), g, f.mul(g, getSlope())))
UNARY(ClampOp, f.where(f.mul(f.greater(y, f.number(getMin())), f.greater(f.number(getMax()), y)), g))
UNARY(SigmoidOp, f.mul(g, f.mul(y, f.sub(f.number(1), y))))
UNARY(TanhOp, f.mul(g, f.sub(f.number(1), f.make<SquareOp>(y))))
UNARY(SoftplusOp, f.mul(g, f.make<SigmoidOp>(x)))
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
  Value x = getX(), s = f.make<SigmoidOp>(x), one = f.number(1);
  operands[0] = f.mul(results[0], f.mul(s, f.add(one, f.mul(x, f.sub(one, s)))));
}

void GeluOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  Value x = getX();
  Value cumulative = f.mul(f.add(f.make<ErfOp>(f.mul(x, M_SQRT1_2)), f.number(1)), 0.5);
  Value density = f.mul(f.exp(f.mul(f.make<SquareOp>(x), -0.5)), M_SQRT1_2 / std::sqrt(M_PI));
  operands[0] = f.mul(results[0], f.add(cumulative, f.mul(x, density)));
}

void CastOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  operands[0] = makeCast(builder, getLoc(), results[0], elementOf(getX()));
}

void PowOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  double exponent = getExponent();
  if (exponent == 0)
    return;
  Value lower = f.make<PowOp>(getX(), builder.getNamedAttr("exponent", builder.getF64FloatAttr(exponent - 1)));
  operands[0] = f.mul(results[0], f.mul(lower, exponent));
}

/// Binary ops: `left` and `right` in terms of f, the operands a and b, the result y, its gradient g.
#define BINARY(Op, left, right)                                                                                        \
  void Op::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted, Values operands) {       \
    Formula f(builder, *this);                                                                                         \
    Value a = getLhs(), b = getRhs(), y = getResult(), g = results[0];                                                 \
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
  Value c = getCondition();
  if (wanted[1])
    operands[1] = f.sumTo(f.where(c, results[0]), shapeOf(getLhs()));
  if (wanted[2])
    operands[2] = f.sumTo(f.select(c, f.number(0), results[0]), shapeOf(getRhs()));
}
