// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Payload.h"
#include "dialect/Dialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;

namespace dpsims {
namespace {

class Emitter {
public:
  Emitter(ImplicitLocOpBuilder &b, ValueRange x) : b(b), x(x) {}

  Value number(double value) { return arith::ConstantOp::create(b, b.getF32FloatAttr(float(value))); }
  template <typename OpTy> Value make(ValueRange operands) { return OpTy::create(b, operands).getResult(); }
  Value sigmoid(Value v) {
    Value e = make<math::ExpOp>(make<arith::NegFOp>(v));
    return make<arith::DivFOp>({number(1), make<arith::AddFOp>({e, number(1)})});
  }
  Value gelu() {
    Value e = make<math::ErfOp>(make<arith::MulFOp>({x[0], number(0.70710678118654752440)}));
    Value half = make<arith::MulFOp>({x[0], number(0.5)});
    return make<arith::MulFOp>({half, make<arith::AddFOp>({e, number(1)})});
  }
  Value leaky(double slope) {
    Value scaled = make<arith::MulFOp>({x[0], number(slope)});
    Value positive = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x[0], number(0));
    return arith::SelectOp::create(b, positive, x[0], scaled);
  }
  /// x to an integer power, by repeated multiplication.
  Value power(Value v, uint64_t exponent) {
    if (exponent < 2)
      return exponent ? v : number(1);
    Value half = power(v, exponent / 2), even = make<arith::MulFOp>({half, half});
    return exponent % 2 ? make<arith::MulFOp>({even, v}) : even;
  }
  Value inverse(Value v) { return make<arith::DivFOp>({number(1), v}); }
  /// Of what is no integer: the logarithm of 0 is -infinity, whose exponential is 0.
  Value pow(double exponent) {
    double size = std::fabs(exponent);
    if (size == std::floor(size) && size < 65536)
      return exponent < 0 ? inverse(power(x[0], size)) : power(x[0], size);
    if (size == 0.5)
      return exponent < 0 ? inverse(make<math::SqrtOp>(x[0])) : make<math::SqrtOp>(x[0]);
    return make<math::ExpOp>(make<arith::MulFOp>({make<math::LogOp>(x[0]), number(exponent)}));
  }
  Value choose(Value condition, Value yes, Value no) { return arith::SelectOp::create(b, condition, yes, no); }
  Value greater() {
    return choose(arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x[0], x[1]), number(1), number(0));
  }
  Value select() { return choose(arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, x[0], number(0)), x[1], x[2]); }
  Value notEqual() {
    Value differ = isa<FloatType>(x[0].getType())
                       ? arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, x[0], x[1]).getResult()
                       : arith::CmpIOp::create(b, arith::CmpIPredicate::ne, x[0], x[1]).getResult();
    return arith::SelectOp::create(b, differ, number(1), number(0));
  }
  Value clamp(Value v, double low, double high) {
    return make<arith::MinimumFOp>({make<arith::MaximumFOp>({v, number(low)}), number(high)});
  }
  /// Between f32, i32 and u8 (which is a plain i8 in kernels).
  Value cast(StringRef type) {
    bool fromFloat = isa<FloatType>(x[0].getType()), fromByte = x[0].getType().isInteger(8);
    if (!fromFloat) {
      Value integer = fromByte ? arith::ExtUIOp::create(b, b.getI32Type(), x[0]).getResult() : x[0];
      if (type == "f32")
        return arith::SIToFPOp::create(b, b.getF32Type(), integer);
      if (type == "i32" || fromByte)
        return type == "i32" ? integer : x[0];
      Value low = arith::MaxSIOp::create(b, integer, arith::ConstantOp::create(b, b.getI32IntegerAttr(0)));
      Value inside = arith::MinSIOp::create(b, low, arith::ConstantOp::create(b, b.getI32IntegerAttr(255)));
      return arith::TruncIOp::create(b, b.getI8Type(), inside);
    }
    if (type == "f32")
      return x[0];
    Value rounded = make<math::RoundEvenOp>(x[0]);
    // The largest f32 below 2^31; a conversion of more is not defined.
    Value inside = type == "u8" ? clamp(rounded, 0, 255) : clamp(rounded, -2147483648.0, 2147483520.0);
    Value integer = arith::FPToSIOp::create(b, b.getI32Type(), inside);
    return type == "u8" ? arith::TruncIOp::create(b, b.getI8Type(), integer).getResult() : integer;
  }

private:
  ImplicitLocOpBuilder &b;
  ValueRange x;
};

} // namespace

Value elementPayload(ImplicitLocOpBuilder &builder, Operation *op, ValueRange x) {
  Emitter e(builder, x);
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<ReluOp>([&](auto) {
        return e.make<arith::MaximumFOp>({x[0], e.number(0)});
      })
      .Case<LeakyReluOp>([&](LeakyReluOp o) { return e.leaky(floatOr(o.getSlope(), 0)); })
      .Case<ClampOp>([&](ClampOp o) { return e.clamp(x[0], floatOr(o.getMin(), 0), floatOr(o.getMax(), 0)); })
      .Case<SigmoidOp>([&](auto) { return e.sigmoid(x[0]); })
      .Case<SiluOp>([&](auto) {
        return e.make<arith::MulFOp>({x[0], e.sigmoid(x[0])});
      })
      .Case<GeluOp>([&](auto) { return e.gelu(); })
      .Case<TanhOp>([&](auto) { return e.make<math::TanhOp>(x); })
      .Case<ExpOp>([&](auto) { return e.make<math::ExpOp>(x); })
      .Case<ErfOp>([&](auto) { return e.make<math::ErfOp>(x); })
      .Case<PowOp>([&](PowOp o) { return e.pow(floatOr(o.getExponent(), 1)); })
      .Case<LogOp>([&](auto) { return e.make<math::LogOp>(x); })
      .Case<SqrtOp>([&](auto) { return e.make<math::SqrtOp>(x); })
      .Case<RsqrtOp>([&](auto) { return e.inverse(e.make<math::SqrtOp>(x)); })
      .Case<AbsOp>([&](auto) { return e.make<math::AbsFOp>(x); })
      .Case<SquareOp>([&](auto) {
        return e.make<arith::MulFOp>({x[0], x[0]});
      })
      .Case<NegOp>([&](auto) { return e.make<arith::NegFOp>(x); })
      .Case<RoundOp>([&](auto) { return e.make<math::RoundEvenOp>(x); })
      .Case<CastOp>([&](CastOp o) { return e.cast(llvm::cast<StringAttr>(o.getType()).getValue()); })
      .Case<AddOp>([&](auto) { return e.make<arith::AddFOp>(x); })
      .Case<SubOp>([&](auto) { return e.make<arith::SubFOp>(x); })
      .Case<MulOp>([&](auto) { return e.make<arith::MulFOp>(x); })
      .Case<DivOp>([&](auto) { return e.make<arith::DivFOp>(x); })
      .Case<MaximumOp>([&](auto) { return e.make<arith::MaximumFOp>(x); })
      .Case<MinimumOp>([&](auto) { return e.make<arith::MinimumFOp>(x); })
      .Case<NotEqualOp>([&](auto) { return e.notEqual(); })
      .Case<GreaterOp>([&](auto) { return e.greater(); })
      .Case<SelectOp>([&](auto) { return e.select(); })
      .Default([](Operation *) { return Value(); });
}

} // namespace dpsims
