// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// add, sub, mul, mad, div, rem, min, max, abs, neg of integers.

#include "test/emulator/ptx_arithmetic.h"

#include "test/emulator/ptx_lanes.h"

#include <limits>
#include <type_traits>

namespace dpsims::ptx {

namespace {

// Wraps around without undefined behavior.
template <typename T> using Unsigned = std::make_unsigned_t<T>;
template <typename T>
using Double =
    std::conditional_t<sizeof(T) == 2, std::conditional_t<std::is_signed_v<T>, int32_t, uint32_t>,
                       std::conditional_t<sizeof(T) == 4, std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>,
                                          std::conditional_t<std::is_signed_v<T>, __int128, unsigned __int128>>>;

struct Add {
  template <typename T> static T apply(T a, T b) {
    return static_cast<T>(static_cast<Unsigned<T>>(a) + static_cast<Unsigned<T>>(b));
  }
};
struct Sub {
  template <typename T> static T apply(T a, T b) {
    return static_cast<T>(static_cast<Unsigned<T>>(a) - static_cast<Unsigned<T>>(b));
  }
};
struct AddSaturated {
  static int32_t apply(int32_t a, int32_t b) {
    int64_t sum = int64_t(a) + b;
    return static_cast<int32_t>(sum > INT32_MAX ? INT32_MAX : sum < INT32_MIN ? INT32_MIN : sum);
  }
};
struct SubSaturated {
  static int32_t apply(int32_t a, int32_t b) {
    int64_t difference = int64_t(a) - b;
    return static_cast<int32_t>(difference > INT32_MAX ? INT32_MAX : difference < INT32_MIN ? INT32_MIN : difference);
  }
};
struct MulLow {
  template <typename T> static T apply(T a, T b) { return static_cast<T>(uint64_t(a) * uint64_t(b)); }
};
struct MulHigh {
  template <typename T> static T apply(T a, T b) {
    return static_cast<T>((Double<T>(a) * Double<T>(b)) >> 8 * sizeof(T));
  }
};
struct MulWide {
  template <typename T> static Double<T> apply(T a, T b) { return Double<T>(a) * Double<T>(b); }
};
struct MadLow {
  template <typename T> static T apply(T a, T b, T c) { return Add::apply(MulLow::apply(a, b), c); }
};
struct MadHigh {
  template <typename T> static T apply(T a, T b, T c) { return Add::apply(MulHigh::apply(a, b), c); }
};
struct MadWide {
  template <typename T> static Double<T> apply(T a, T b, Double<T> c) { return Add::apply(MulWide::apply(a, b), c); }
};
struct Min {
  template <typename T> static T apply(T a, T b) { return b < a ? b : a; }
};
struct Max {
  template <typename T> static T apply(T a, T b) { return b > a ? b : a; }
};
struct Neg {
  template <typename T> static T apply(T a) { return Sub::apply(T(0), a); }
};
struct Abs {
  template <typename T> static T apply(T a) { return a < 0 ? Neg::apply(a) : a; }
};

template <typename Operation, typename T> struct BinaryWide {
  static void execute(Warp &warp, const Instruction &instruction) {
    binary<Operation, T, Double<T>>(warp, instruction);
  }
};
template <typename Operation, typename T> struct TernaryWide {
  static void execute(Warp &warp, const Instruction &instruction) {
    ternary<Operation, T, Double<T>, Double<T>>(warp, instruction);
  }
};

//===--------------------------------------------------------------------------------------------------------------===//
// Division
//===--------------------------------------------------------------------------------------------------------------===//

/// Whether all active lanes have values of [0, 2^31).
template <typename T> bool allSmall(const T *values, uint32_t active) {
  uint64_t bits = 0;
  for (unsigned lane = 0; lane < warpSize; ++lane)
    bits |= active >> lane & 1 ? static_cast<uint64_t>(values[lane]) : 0;
  return bits >> 31 == 0;
}

template <typename T> void checkDivisors(Warp &warp, const Instruction &instruction, const T *divisors) {
  uint32_t zero = 0;
  for (unsigned lane = 0; lane < warpSize; ++lane)
    zero |= uint32_t(divisors[lane] == 0) << lane;
  if (zero & warp.active)
    fail(warp, instruction, lowestLane(zero & warp.active), Fault::Kind::DivisionByZero, "division by zero");
}

/// Quotients of numbers below 2^31 are exact when the double quotient is cut off, which vector units do.
template <typename T, bool Remainder> void divide(Warp &warp, const Instruction &instruction) {
  const T *a = warp.read<T>(instruction.sources[0]), *b = warp.read<T>(instruction.sources[1]);
  checkDivisors(warp, instruction, b);
  T result[warpSize] = {};
  if (sizeof(T) >= 4 && allSmall(a, warp.active) && allSmall(b, warp.active)) {
    for (unsigned lane = 0; lane < warpSize; ++lane) {
      int32_t dividend = static_cast<int32_t>(a[lane]), divisor = static_cast<int32_t>(b[lane]);
      int32_t quotient = static_cast<int32_t>(double(dividend) / double(divisor));
      result[lane] = static_cast<T>(Remainder ? dividend - quotient * divisor : quotient);
    }
  } else {
    for (uint32_t lanes = warp.active; lanes; lanes &= lanes - 1) {
      unsigned lane = lowestLane(lanes);
      if (std::is_signed_v<T> && b[lane] == T(-1)) // the lowest number has no quotient
        result[lane] = Remainder ? T(0) : Sub::apply(T(0), a[lane]);
      else
        result[lane] = static_cast<T>(Remainder ? a[lane] % b[lane] : a[lane] / b[lane]);
    }
  }
  warp.write(instruction.destinations[0], result);
}

struct Quotient;
struct Rest;
template <typename Operation, typename T> struct Division {
  static void execute(Warp &warp, const Instruction &instruction) {
    divide<T, std::is_same_v<Operation, Rest>>(warp, instruction);
  }
};

//===--------------------------------------------------------------------------------------------------------------===//
// Decoders
//===--------------------------------------------------------------------------------------------------------------===//

void decodeInteger(Decoder &decoder, Type type, Execute execute, unsigned count) {
  decoder.instruction.execute = execute;
  decodeOperands(decoder, type, count);
}

void decodeAdd(Decoder &decoder) {
  Type type = decoder.takeType();
  if (isFloat(type))
    return decodeFloatAdd(decoder, type);
  bool saturated = type == Type::S32 && decoder.take("sat");
  decodeInteger(decoder, type, saturated ? binary<AddSaturated, int32_t> : forInteger<Binary, Add>(type), 2);
}

void decodeSub(Decoder &decoder) {
  Type type = decoder.takeType();
  if (isFloat(type))
    return decodeFloatSub(decoder, type);
  bool saturated = type == Type::S32 && decoder.take("sat");
  decodeInteger(decoder, type, saturated ? binary<SubSaturated, int32_t> : forInteger<Binary, Sub>(type), 2);
}

Type twice(Decoder &decoder, Type type) {
  switch (type) {
  case Type::U16:
    return Type::U32;
  case Type::S16:
    return Type::S32;
  case Type::U32:
    return Type::U64;
  case Type::S32:
    return Type::S64;
  default:
    decoder.unsupported();
  }
}

template <template <typename, typename> class Form, typename Operation> Execute forNarrow(Type type) {
  switch (type) {
  case Type::U16:
    return Form<Operation, uint16_t>::execute;
  case Type::S16:
    return Form<Operation, int16_t>::execute;
  case Type::U32:
    return Form<Operation, uint32_t>::execute;
  case Type::S32:
    return Form<Operation, int32_t>::execute;
  default:
    return nullptr;
  }
}

void decodeMul(Decoder &decoder) {
  Type type = decoder.takeType();
  if (isFloat(type))
    return decodeFloatMul(decoder, type);
  if (decoder.take("lo"))
    return decodeInteger(decoder, type, forInteger<Binary, MulLow>(type), 2);
  if (decoder.take("hi"))
    return decodeInteger(decoder, type, forInteger<Binary, MulHigh>(type), 2);
  if (!decoder.take("wide"))
    decoder.unsupported();
  Instruction &instruction = decoder.instruction;
  instruction.execute = forNarrow<BinaryWide, MulWide>(type);
  decoder.expectOperands(3);
  instruction.destinations[0] = decoder.destination(0, twice(decoder, type));
  instruction.sources[0] = decoder.source(1, type);
  instruction.sources[1] = decoder.source(2, type);
}

void decodeMad(Decoder &decoder) {
  Type type = decoder.takeType();
  if (isFloat(type))
    return decodeFloatFma(decoder, type);
  if (decoder.take("lo"))
    return decodeInteger(decoder, type, forInteger<Ternary, MadLow>(type), 3);
  if (decoder.take("hi"))
    return decodeInteger(decoder, type, forInteger<Ternary, MadHigh>(type), 3);
  if (!decoder.take("wide"))
    decoder.unsupported();
  Instruction &instruction = decoder.instruction;
  instruction.execute = forNarrow<TernaryWide, MadWide>(type);
  decoder.expectOperands(4);
  instruction.destinations[0] = decoder.destination(0, twice(decoder, type));
  instruction.sources[0] = decoder.source(1, type);
  instruction.sources[1] = decoder.source(2, type);
  instruction.sources[2] = decoder.source(3, twice(decoder, type));
}

void decodeDiv(Decoder &decoder) {
  Type type = decoder.takeType();
  if (isFloat(type))
    return decodeFloatDiv(decoder, type);
  decodeInteger(decoder, type, forInteger<Division, Quotient>(type), 2);
}

void decodeRem(Decoder &decoder) {
  Type type = decoder.takeType();
  decodeInteger(decoder, type, forInteger<Division, Rest>(type), 2);
}

void decodeMin(Decoder &decoder) {
  Type type = decoder.takeType();
  if (isFloat(type))
    return decodeFloatMin(decoder, type);
  decodeInteger(decoder, type, forInteger<Binary, Min>(type), 2);
}

void decodeMax(Decoder &decoder) {
  Type type = decoder.takeType();
  if (isFloat(type))
    return decodeFloatMax(decoder, type);
  decodeInteger(decoder, type, forInteger<Binary, Max>(type), 2);
}

void decodeAbs(Decoder &decoder) {
  Type type = decoder.takeType();
  if (isFloat(type))
    return decodeFloatAbs(decoder, type);
  decodeInteger(decoder, type, isSigned(type) ? forInteger<Unary, Abs>(type) : nullptr, 1);
}

void decodeNeg(Decoder &decoder) {
  Type type = decoder.takeType();
  if (isFloat(type))
    return decodeFloatNeg(decoder, type);
  decodeInteger(decoder, type, isSigned(type) ? forInteger<Unary, Neg>(type) : nullptr, 1);
}

} // namespace

void decodeOperands(Decoder &decoder, Type type, unsigned count) {
  if (!decoder.instruction.execute)
    decoder.unsupported();
  decoder.expectOperands(count + 1);
  decoder.instruction.destinations[0] = decoder.destination(0, type);
  for (unsigned i = 0; i < count; ++i)
    decoder.instruction.sources[i] = decoder.source(i + 1, type);
}

const Opcode arithmeticOpcodes[] = {
    {"add", decodeAdd},
    {"sub", decodeSub},
    {"mul", decodeMul},
    {"mad", decodeMad},
    {"div", decodeDiv},
    {"rem", decodeRem},
    {"min", decodeMin},
    {"max", decodeMax},
    {"abs", decodeAbs},
    {"neg", decodeNeg},
    {},
};

} // namespace dpsims::ptx
