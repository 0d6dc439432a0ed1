// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arithmetic of f32 and f64. What the hardware approximates is computed to the last bit or nearly so.

#include "test/emulator/ptx_arithmetic.h"
#include "test/emulator/ptx_formats.h"
#include "test/emulator/ptx_lanes.h"

#include <cmath>
#include <limits>

namespace dpsims::ptx {

namespace {

//===--------------------------------------------------------------------------------------------------------------===//
// Operations
//===--------------------------------------------------------------------------------------------------------------===//

struct Add {
  template <typename T> static T apply(T a, T b) { return a + b; }
};
struct Sub {
  template <typename T> static T apply(T a, T b) { return a - b; }
};
struct Mul {
  template <typename T> static T apply(T a, T b) { return a * b; }
};
struct Fma {
  template <typename T> static T apply(T a, T b, T c) { return std::fma(a, b, c); }
};
struct Div {
  template <typename T> static T apply(T a, T b) { return a / b; }
};
/// NaN is for what has no other result, but with .NaN for all that has a NaN.
template <bool PropagateNan> struct Min {
  template <typename T> static T apply(T a, T b) {
    T smaller = a < b || (a == b && std::signbit(a)) ? a : b;
    T result = a != a ? b : b != b ? a : smaller;
    return PropagateNan && (a != a || b != b) ? std::numeric_limits<T>::quiet_NaN() : result;
  }
};
template <bool PropagateNan> struct Max {
  template <typename T> static T apply(T a, T b) {
    T greater = a > b || (a == b && !std::signbit(a)) ? a : b;
    T result = a != a ? b : b != b ? a : greater;
    return PropagateNan && (a != a || b != b) ? std::numeric_limits<T>::quiet_NaN() : result;
  }
};
struct Abs {
  template <typename T> static T apply(T a) { return std::fabs(a); }
};
struct Neg {
  template <typename T> static T apply(T a) { return -a; }
};
struct CopySign {
  template <typename T> static T apply(T sign, T magnitude) { return std::copysign(magnitude, sign); }
};
struct Rcp {
  template <typename T> static T apply(T a) { return 1 / a; }
};
struct Sqrt {
  template <typename T> static T apply(T a) { return std::sqrt(a); }
};
struct Rsqrt {
  template <typename T> static T apply(T a) { return static_cast<T>(1 / std::sqrt(double(a))); }
};
struct Log2 {
  static float apply(float a) { return std::log2(a); }
};
struct Sin {
  static float apply(float a) { return std::sin(a); }
};
struct Cos {
  static float apply(float a) { return std::cos(a); }
};
struct Tanh {
  static float apply(float a) { return std::tanh(a); }
};

/// 2^a = 2^n 2^f with |f| <= 1/2, the second by its series in double precision; without a branch, to become vectors.
struct Exp2 {
  static float apply(float a) {
    float clamped = a < -160 ? -160 : a > 160 ? 160 : a; // NaN goes through the polynomial
    constexpr double shifter = 6755399441055744.0;       // 1.5 * 2^52: its sum with x has x rounded in its low bits
    double shifted = double(clamped) + shifter, f = double(clamped) - (shifted - shifter);
    double x = f * 0.69314718055994530942;
    double p = 1 / 40320.0;
    for (double c : {1 / 5040.0, 1 / 720.0, 1 / 120.0, 1 / 24.0, 1 / 6.0, 0.5, 1.0, 1.0})
      p = p * x + c;
    uint64_t bits;
    std::memcpy(&bits, &shifted, sizeof bits);
    uint64_t power = (bits + 1023) << 52; // of which only n is left
    double scale;
    std::memcpy(&scale, &power, sizeof scale);
    return static_cast<float>(p * scale);
  }
};

//===--------------------------------------------------------------------------------------------------------------===//
// Modifiers
//===--------------------------------------------------------------------------------------------------------------===//

/// .ftz: subnormal numbers are zeros of their sign, as operands and as results.
template <typename Operation> struct Flushed {
  static float flush(float a) { return std::fabs(a) < std::numeric_limits<float>::min() ? std::copysign(0.0f, a) : a; }
  static float apply(float a) { return flush(Operation::apply(flush(a))); }
  static float apply(float a, float b) { return flush(Operation::apply(flush(a), flush(b))); }
  static float apply(float a, float b, float c) { return flush(Operation::apply(flush(a), flush(b), flush(c))); }
};

/// .sat: into [0, 1], NaN becomes 0.
template <typename Operation> struct Saturated {
  template <typename... T> static float apply(T... operands) {
    float value = Operation::apply(operands...);
    return value > 1 ? 1 : value > 0 ? value : 0;
  }
};

/// An exact value, high + low, rounded to f32; low is less than half an ulp of high.
template <Rounding R> float roundSum(double high, double low) {
  float nearest = static_cast<float>(high);
  double above = double(nearest) - high; // exact
  bool tooHigh = above > 0 || (above == 0 && low < 0), tooLow = above < 0 || (above == 0 && low > 0);
  constexpr float infinity = std::numeric_limits<float>::infinity();
  bool positive = high > 0;
  if (tooHigh && (R == Rounding::Down || (R == Rounding::Zero && positive)))
    return std::nextafter(nearest, -infinity);
  if (tooLow && (R == Rounding::Up || (R == Rounding::Zero && !positive)))
    return std::nextafter(nearest, infinity);
  return nearest;
}

/// Products of two f32 are exact in f64; the error of a sum is exact too (Knuth).
template <Rounding R> float roundFma(double a, double b, double c) {
  double product = a * b, sum = product + c;
  double part = sum - product, error = (product - (sum - part)) + (c - part);
  return std::isfinite(sum) ? roundSum<R>(sum, error) : static_cast<float>(sum);
}

template <typename Operation, Rounding R> struct Directed;
template <Rounding R> struct Directed<Add, R> {
  static float apply(float a, float b) { return roundFma<R>(a, 1, b); }
};
template <Rounding R> struct Directed<Sub, R> {
  static float apply(float a, float b) { return roundFma<R>(a, 1, -b); }
};
template <Rounding R> struct Directed<Mul, R> {
  static float apply(float a, float b) { return roundFma<R>(a, b, std::signbit(a) == std::signbit(b) ? 0.0 : -0.0); }
};
template <Rounding R> struct Directed<Fma, R> {
  static float apply(float a, float b, float c) { return roundFma<R>(a, b, c); }
};

template <unsigned Count, typename Operation> Execute single() {
  if constexpr (Count == 1)
    return unary<Operation, float>;
  else if constexpr (Count == 2)
    return binary<Operation, float>;
  else
    return ternary<Operation, float>;
}

template <unsigned Count, typename Operation> Execute doubled() {
  if constexpr (Count == 1)
    return unary<Operation, double>;
  else if constexpr (Count == 2)
    return binary<Operation, double>;
  else
    return ternary<Operation, double>;
}

template <unsigned Count, typename Operation> Execute modified(bool flush, bool saturate) {
  if (flush)
    return saturate ? single<Count, Saturated<Flushed<Operation>>>() : single<Count, Flushed<Operation>>();
  return saturate ? single<Count, Saturated<Operation>>() : single<Count, Operation>();
}

//===--------------------------------------------------------------------------------------------------------------===//
// Decoders
//===--------------------------------------------------------------------------------------------------------------===//

/// Operations that round: add, sub, mul, fma.
template <unsigned Count, typename Operation> void decodeRounded(Decoder &decoder, Type type) {
  int mode = decoder.takeOneOf({"rn", "rz", "rm", "rp"});
  if (type == Type::F64) {
    decoder.instruction.execute = mode <= 0 ? doubled<Count, Operation>() : nullptr;
  } else if (type == Type::F32) {
    bool flush = decoder.take("ftz"), saturate = decoder.take("sat");
    if (mode <= 0)
      decoder.instruction.execute = modified<Count, Operation>(flush, saturate);
    else if (mode == 1)
      decoder.instruction.execute = modified<Count, Directed<Operation, Rounding::Zero>>(flush, saturate);
    else if (mode == 2)
      decoder.instruction.execute = modified<Count, Directed<Operation, Rounding::Down>>(flush, saturate);
    else
      decoder.instruction.execute = modified<Count, Directed<Operation, Rounding::Up>>(flush, saturate);
  }
  decodeOperands(decoder, type, Count);
}

/// Operations that are exact, or rounded to the nearest only.
template <unsigned Count, typename Operation> void decodePlain(Decoder &decoder, Type type) {
  if (type == Type::F64)
    decoder.instruction.execute = doubled<Count, Operation>();
  else if (type == Type::F32)
    decoder.instruction.execute = modified<Count, Operation>(decoder.take("ftz"), false);
  decodeOperands(decoder, type, Count);
}

template <typename Operation> void decodeApproximate(Decoder &decoder) {
  Type type = decoder.takeType();
  if (type != Type::F32 || !decoder.take("approx"))
    decoder.unsupported();
  decoder.instruction.execute = modified<1, Operation>(decoder.take("ftz"), false);
  decodeOperands(decoder, type, 1);
}

template <typename Operation> void decodeRoot(Decoder &decoder) {
  Type type = decoder.takeType();
  if (decoder.takeOneOf({"approx", "rn"}) < 0)
    decoder.unsupported();
  decodePlain<1, Operation>(decoder, type);
}

void decodeFma(Decoder &decoder) { decodeFloatFma(decoder, decoder.takeType()); }
void decodeCopySign(Decoder &decoder) { decodePlain<2, CopySign>(decoder, decoder.takeType()); }

} // namespace

void decodeFloatAdd(Decoder &decoder, Type type) { decodeRounded<2, Add>(decoder, type); }
void decodeFloatSub(Decoder &decoder, Type type) { decodeRounded<2, Sub>(decoder, type); }
void decodeFloatMul(Decoder &decoder, Type type) { decodeRounded<2, Mul>(decoder, type); }
void decodeFloatFma(Decoder &decoder, Type type) { decodeRounded<3, Fma>(decoder, type); }
void decodeFloatAbs(Decoder &decoder, Type type) { decodePlain<1, Abs>(decoder, type); }
void decodeFloatNeg(Decoder &decoder, Type type) { decodePlain<1, Neg>(decoder, type); }

void decodeFloatDiv(Decoder &decoder, Type type) {
  if (decoder.takeOneOf({"approx", "full", "rn"}) < 0)
    decoder.unsupported();
  decodePlain<2, Div>(decoder, type);
}

void decodeFloatMin(Decoder &decoder, Type type) {
  decoder.take("NaN") ? decodePlain<2, Min<true>>(decoder, type) : decodePlain<2, Min<false>>(decoder, type);
}

void decodeFloatMax(Decoder &decoder, Type type) {
  decoder.take("NaN") ? decodePlain<2, Max<true>>(decoder, type) : decodePlain<2, Max<false>>(decoder, type);
}

const Opcode floatOpcodes[] = {
    {"fma", decodeFma},
    {"copysign", decodeCopySign},
    {"rcp", decodeRoot<Rcp>},
    {"sqrt", decodeRoot<Sqrt>},
    {"rsqrt", decodeRoot<Rsqrt>},
    {"ex2", decodeApproximate<Exp2>},
    {"lg2", decodeApproximate<Log2>},
    {"sin", decodeApproximate<Sin>},
    {"cos", decodeApproximate<Cos>},
    {"tanh", decodeApproximate<Tanh>},
    {},
};

} // namespace dpsims::ptx
