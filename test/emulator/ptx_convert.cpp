// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// cvt: the frequent conversions have loops of their own, all others go through doubles one lane after another.

#include "test/emulator/ptx_decoder.h"
#include "test/emulator/ptx_formats.h"
#include "test/emulator/ptx_lanes.h"

#include <cmath>

namespace dpsims::ptx {

namespace {

struct Conversion {
  Type to, from;
  Rounding mode = Rounding::Nearest;
  bool toInteger = false; // rni, rzi, rmi, rpi
  bool saturate = false, flush = false;
};

// In Instruction::options: to 5 bits, from 5, mode 2, flags 3.
uint16_t pack(const Conversion &c) {
  return static_cast<uint16_t>(unsigned(c.to) | unsigned(c.from) << 5 | unsigned(c.mode) << 10 | c.toInteger << 12 |
                               c.saturate << 13 | c.flush << 14);
}

Conversion unpack(uint16_t bits) {
  return {static_cast<Type>(bits & 31),
          static_cast<Type>(bits >> 5 & 31),
          static_cast<Rounding>(bits >> 10 & 3),
          bool(bits >> 12 & 1),
          bool(bits >> 13 & 1),
          bool(bits >> 14 & 1)};
}

double flushed(double value) { return std::fabs(value) < 0x1p-126 ? std::copysign(0.0, value) : value; }

uint64_t integerToFloat(uint64_t value, const Conversion &c) {
  double asDouble = isSigned(c.from) ? static_cast<double>(static_cast<int64_t>(value)) : static_cast<double>(value);
  if (c.to != Type::F32 || c.mode != Rounding::Nearest)
    return encodeFloat(asDouble, c.to, c.mode);
  // Not through a double, which would round 64 bits twice.
  float single = isSigned(c.from) ? static_cast<float>(static_cast<int64_t>(value)) : static_cast<float>(value);
  return encodeFloat(single, Type::F32, Rounding::Nearest);
}

uint64_t convertLane(uint64_t bits, const Conversion &c) {
  if (!isFloat(c.from)) {
    uint64_t value = decodeInteger(bits, c.from);
    if (isFloat(c.to))
      return integerToFloat(value, c);
    return c.saturate ? saturateInteger(value, isSigned(c.from), c.to) : decodeInteger(value, c.to);
  }
  double value = decodeFloat(bits, c.from);
  if (c.flush && c.from == Type::F32)
    value = flushed(value);
  if (!isFloat(c.to))
    return floatToInteger(value, c.from, c.to, c.mode);
  if (c.toInteger)
    value = roundToInteger(value, c.mode);
  if (c.saturate)
    value = value > 1 ? 1 : value > 0 ? value : 0;
  uint64_t result = encodeFloat(value, c.to, c.mode);
  if (c.flush && c.to == Type::F32)
    result = encodeFloat(flushed(decodeFloat(result, Type::F32)), Type::F32, Rounding::Nearest);
  return result;
}

/// Any conversion, of registers of any width.
template <typename To, typename From> void convertAny(Warp &warp, const Instruction &instruction) {
  Conversion conversion = unpack(instruction.options);
  const From *from = warp.read<From>(instruction.sources[0]);
  To result[warpSize] = {};
  for (uint32_t lanes = warp.active; lanes; lanes &= lanes - 1) {
    unsigned lane = lowestLane(lanes);
    result[lane] = static_cast<To>(convertLane(from[lane], conversion));
  }
  warp.write(instruction.destinations[0], result);
}

template <typename To> Execute anyFrom(unsigned size) {
  return size == 2 ? convertAny<To, uint16_t> : size == 4 ? convertAny<To, uint32_t> : convertAny<To, uint64_t>;
}

struct Cast {
  template <typename To> struct Into {
    template <typename From> static To apply(From value) { return static_cast<To>(value); }
  };
};
struct RoundEven {
  static float apply(float a) { return std::nearbyint(a); }
};
struct Truncate {
  static float apply(float a) { return std::trunc(a); }
};
struct Floor {
  static float apply(float a) { return std::floor(a); }
};
struct Ceil {
  static float apply(float a) { return std::ceil(a); }
};

template <typename From> Execute castFrom(Type to) {
  switch (to) {
  case Type::U32:
  case Type::S32:
    return unary<Cast::Into<uint32_t>, From, uint32_t>;
  case Type::U64:
  case Type::S64:
    return unary<Cast::Into<uint64_t>, From, uint64_t>;
  case Type::U16:
  case Type::S16:
    return unary<Cast::Into<uint16_t>, From, uint16_t>;
  case Type::F32:
    return unary<Cast::Into<float>, From, float>;
  default:
    return nullptr;
  }
}

/// A loop over lanes for a frequent conversion, nullptr for others.
Execute fastConversion(const Conversion &c) {
  if (c.saturate || c.flush)
    return nullptr;
  if (c.from == Type::F32 && c.to == Type::F32 && c.toInteger) {
    constexpr Execute forms[] = {unary<RoundEven, float>, unary<Truncate, float>, unary<Floor, float>,
                                 unary<Ceil, float>};
    return forms[static_cast<size_t>(c.mode)];
  }
  if (c.mode != Rounding::Nearest)
    return nullptr;
  switch (c.from) {
  case Type::U16:
    return castFrom<uint16_t>(c.to);
  case Type::S16:
    return castFrom<int16_t>(c.to);
  case Type::U32:
    return castFrom<uint32_t>(c.to);
  case Type::S32:
    return castFrom<int32_t>(c.to);
  case Type::U64:
    return castFrom<uint64_t>(c.to);
  case Type::S64:
    return castFrom<int64_t>(c.to);
  default:
    return nullptr;
  }
}

void takeRounding(Decoder &decoder, Conversion &conversion) {
  int mode = decoder.takeOneOf({"rn", "rz", "rm", "rp"});
  if (mode < 0) {
    mode = decoder.takeOneOf({"rni", "rzi", "rmi", "rpi"});
    conversion.toInteger = mode >= 0;
  }
  conversion.mode = static_cast<Rounding>(mode < 0 ? 0 : mode);
  bool bothFloat = isFloat(conversion.to) && isFloat(conversion.from);
  bool narrows = bothFloat && sizeOf(conversion.to) < sizeOf(conversion.from);
  bool needed = isFloat(conversion.to) != isFloat(conversion.from) || narrows;
  if (needed && mode < 0)
    decoder.fail("a rounding mode is missing");
  if (!isFloat(conversion.to) && isFloat(conversion.from) && !conversion.toInteger)
    decoder.fail("a rounding mode to integers is missing");
  bool exact = sizeOf(conversion.from) < 8 || conversion.mode == Rounding::Nearest;
  if (!isFloat(conversion.from) && isFloat(conversion.to) && !exact)
    decoder.unsupported();
}

//===--------------------------------------------------------------------------------------------------------------===//
// Two numbers in one register
//===--------------------------------------------------------------------------------------------------------------===//

/// cvt.rn.bf16x2.f32 d, a, b: a in the upper half.
void convertPair(Warp &warp, const Instruction &instruction) {
  Conversion conversion = unpack(instruction.options);
  const uint32_t *a = warp.read<uint32_t>(instruction.sources[0]), *b = warp.read<uint32_t>(instruction.sources[1]);
  uint32_t result[warpSize] = {};
  for (uint32_t lanes = warp.active; lanes; lanes &= lanes - 1) {
    unsigned lane = lowestLane(lanes);
    result[lane] = static_cast<uint32_t>(convertLane(a[lane], conversion) << 16 | convertLane(b[lane], conversion));
  }
  warp.write(instruction.destinations[0], result);
}

void decodePair(Decoder &decoder, Type to) {
  Conversion conversion{to == Type::F16x2 ? Type::F16 : Type::BF16, decoder.takeType()};
  if (conversion.from != Type::F32)
    decoder.unsupported();
  takeRounding(decoder, conversion);
  decoder.expectOperands(3);
  Instruction &instruction = decoder.instruction;
  instruction.execute = convertPair;
  instruction.options = pack(conversion);
  instruction.destinations[0] = decoder.destination(0, Type::B32);
  instruction.sources[0] = decoder.source(1, Type::F32);
  instruction.sources[1] = decoder.source(2, Type::F32);
}

void decodeConvert(Decoder &decoder) {
  Type to = decoder.takeType();
  if (to == Type::F16x2 || to == Type::BF16x2)
    return decodePair(decoder, to);
  Conversion conversion{to, decoder.takeType()};
  takeRounding(decoder, conversion);
  conversion.saturate = decoder.take("sat");
  conversion.flush = decoder.take("ftz");
  decoder.expectOperands(2);
  Instruction &instruction = decoder.instruction;
  unsigned toSize = 0, fromSize = 0;
  instruction.destinations[0] = decoder.anyDestination(decoder.operand(0), conversion.to, toSize);
  instruction.sources[0] = decoder.anySource(decoder.operand(1), conversion.from, fromSize);
  if (toSize < sizeOf(conversion.to) || fromSize < sizeOf(conversion.from))
    decoder.fail("a register is too small for its type");
  instruction.options = pack(conversion);
  if (toSize == sizeOf(conversion.to) && fromSize == sizeOf(conversion.from))
    instruction.execute = fastConversion(conversion);
  if (!instruction.execute)
    instruction.execute = toSize == 2   ? anyFrom<uint16_t>(fromSize)
                          : toSize == 4 ? anyFrom<uint32_t>(fromSize)
                                        : anyFrom<uint64_t>(fromSize);
}

} // namespace

const Opcode convertOpcodes[] = {{"cvt", decodeConvert}, {}};

} // namespace dpsims::ptx
