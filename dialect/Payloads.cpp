// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The scalar computation of each elementwise op.

#include "dialect/Dialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>

using namespace mlir;
using namespace dpsims;

using B = ImplicitLocOpBuilder;

namespace {

Value number(B &b, double value) { return arith::ConstantOp::create(b, b.getF32FloatAttr(float(value))); }

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

Value integerConstant(B &b, int32_t value) { return arith::ConstantOp::create(b, b.getI32IntegerAttr(value)); }

Value castFromInteger(B &b, Value x, StringRef type) {
  bool fromByte = x.getType().isInteger(8);
  Value integer = fromByte ? arith::ExtUIOp::create(b, b.getI32Type(), x).getResult() : x;
  if (type == "f32")
    return arith::SIToFPOp::create(b, b.getF32Type(), integer);
  if (type == "i32" || fromByte)
    return type == "i32" ? integer : x;
  Value low = arith::MaxSIOp::create(b, integer, integerConstant(b, 0));
  Value inside = arith::MinSIOp::create(b, low, integerConstant(b, 255));
  return arith::TruncIOp::create(b, b.getI8Type(), inside);
}

Value castFromFloat(B &b, Value x, StringRef type) {
  if (type == "f32")
    return x;
  Value rounded = make<math::RoundEvenOp>(b, x);
  // The largest f32 below 2^31; a conversion of more is not defined.
  Value inside = type == "u8" ? clamp(b, rounded, 0, 255) : clamp(b, rounded, -2147483648.0, 2147483520.0);
  Value integer = arith::FPToSIOp::create(b, b.getI32Type(), inside);
  return type == "u8" ? arith::TruncIOp::create(b, b.getI8Type(), integer).getResult() : integer;
}

} // namespace

//===-- Activations ----------------------------------------------------------------------------------------------===//

Value ReluOp::buildPayload(B &b, ValueRange x) { return make<arith::MaximumFOp>(b, {x[0], number(b, 0)}); }

Value LeakyReluOp::buildPayload(B &b, ValueRange x) {
  Value scaled = multiply(b, x[0], number(b, floatOr(getSlope(), 0)));
  Value positive = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x[0], number(b, 0));
  return arith::SelectOp::create(b, positive, x[0], scaled);
}

Value ClampOp::buildPayload(B &b, ValueRange x) { return clamp(b, x[0], floatOr(getMin(), 0), floatOr(getMax(), 0)); }

Value SigmoidOp::buildPayload(B &b, ValueRange x) { return sigmoid(b, x[0]); }
Value SiluOp::buildPayload(B &b, ValueRange x) { return multiply(b, x[0], sigmoid(b, x[0])); }

Value GeluOp::buildPayload(B &b, ValueRange x) {
  Value e = make<math::ErfOp>(b, multiply(b, x[0], number(b, 0.70710678118654752440)));
  Value half = multiply(b, x[0], number(b, 0.5));
  return multiply(b, half, make<arith::AddFOp>(b, {e, number(b, 1)}));
}

//===-- Functions of one number ----------------------------------------------------------------------------------===//

Value TanhOp::buildPayload(B &b, ValueRange x) { return make<math::TanhOp>(b, x); }
Value ExpOp::buildPayload(B &b, ValueRange x) { return make<math::ExpOp>(b, x); }
Value ErfOp::buildPayload(B &b, ValueRange x) { return make<math::ErfOp>(b, x); }
Value LogOp::buildPayload(B &b, ValueRange x) { return make<math::LogOp>(b, x); }
Value SqrtOp::buildPayload(B &b, ValueRange x) { return make<math::SqrtOp>(b, x); }
Value RsqrtOp::buildPayload(B &b, ValueRange x) { return inverse(b, make<math::SqrtOp>(b, x)); }
Value AbsOp::buildPayload(B &b, ValueRange x) { return make<math::AbsFOp>(b, x); }
Value SquareOp::buildPayload(B &b, ValueRange x) { return multiply(b, x[0], x[0]); }
Value NegOp::buildPayload(B &b, ValueRange x) { return make<arith::NegFOp>(b, x); }
Value RoundOp::buildPayload(B &b, ValueRange x) { return make<math::RoundEvenOp>(b, x); }

/// Of what is no integer: the logarithm of 0 is -infinity, whose exponential is 0.
Value PowOp::buildPayload(B &b, ValueRange x) {
  double exponent = floatOr(getExponent(), 1), size = std::fabs(exponent);
  if (size == std::floor(size) && size < 65536)
    return exponent < 0 ? inverse(b, power(b, x[0], size)) : power(b, x[0], size);
  if (size == 0.5)
    return exponent < 0 ? inverse(b, make<math::SqrtOp>(b, x)) : make<math::SqrtOp>(b, x);
  return make<math::ExpOp>(b, multiply(b, make<math::LogOp>(b, x), number(b, exponent)));
}

Value CastOp::buildPayload(B &b, ValueRange x) {
  StringRef type = cast<StringAttr>(getType()).getValue();
  return isa<FloatType>(x[0].getType()) ? castFromFloat(b, x[0], type) : castFromInteger(b, x[0], type);
}

//===-- Of two and three -----------------------------------------------------------------------------------------===//

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
