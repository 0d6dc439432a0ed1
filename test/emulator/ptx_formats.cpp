// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/ptx_formats.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace dpsims::ptx {

namespace {

struct Format {
  int fraction;        // bits of the significand after the point
  int lowest, highest; // exponents of normal numbers
};

Format formatOf(Type type) {
  switch (type) {
  case Type::F16:
    return {10, -14, 15};
  case Type::BF16:
    return {7, -126, 127};
  case Type::F32:
    return {23, -126, 127};
  default:
    return {52, -1022, 1023};
  }
}

template <typename To, typename From> To bitCast(From value) {
  static_assert(sizeof(To) == sizeof(From));
  To result;
  std::memcpy(&result, &value, sizeof result);
  return result;
}

/// The nearest value of a format in the direction of the mode.
double roundToFormat(double value, Format format, Rounding mode) {
  if (!std::isfinite(value) || value == 0)
    return value;
  int exponent = std::max(std::ilogb(value), format.lowest);
  int unit = exponent - format.fraction;
  double rounded = std::ldexp(roundToInteger(std::ldexp(value, -unit), mode), unit);
  double greatest = std::ldexp(2 - std::ldexp(1.0, -format.fraction), format.highest);
  if (std::fabs(rounded) <= greatest)
    return rounded;
  bool away = mode == Rounding::Nearest || mode == (value > 0 ? Rounding::Up : Rounding::Down);
  return std::copysign(away ? std::numeric_limits<double>::infinity() : greatest, value);
}

/// Of a value that f16 has.
uint16_t encodeHalf(double value) {
  uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  double magnitude = std::fabs(value);
  if (std::isnan(value))
    return 0x7fff;
  if (std::isinf(value))
    return sign | 0x7c00;
  if (magnitude < 0x1p-14)
    return sign | static_cast<uint16_t>(magnitude * 0x1p24);
  int exponent = std::ilogb(magnitude);
  uint16_t fraction = static_cast<uint16_t>(std::ldexp(magnitude, 10 - exponent)) & 0x3ff;
  return sign | static_cast<uint16_t>((exponent + 15) << 10) | fraction;
}

double decodeHalf(uint16_t bits) {
  int exponent = bits >> 10 & 31, fraction = bits & 0x3ff;
  double magnitude = exponent == 31  ? (fraction ? std::numeric_limits<double>::quiet_NaN() : HUGE_VAL)
                     : exponent == 0 ? std::ldexp(fraction, -24)
                                     : std::ldexp(fraction | 0x400, exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

} // namespace

double roundToInteger(double value, Rounding mode) {
  switch (mode) {
  case Rounding::Zero:
    return std::trunc(value);
  case Rounding::Down:
    return std::floor(value);
  case Rounding::Up:
    return std::ceil(value);
  default:
    return std::nearbyint(value);
  }
}

uint64_t encodeFloat(double value, Type type, Rounding mode) {
  if (type == Type::F64)
    return bitCast<uint64_t>(value);
  double rounded = roundToFormat(value, formatOf(type), mode);
  if (type == Type::F16)
    return encodeHalf(rounded);
  uint32_t bits = std::isnan(value) ? 0x7fffffff : bitCast<uint32_t>(static_cast<float>(rounded));
  return type == Type::BF16 ? bits >> 16 : bits;
}

double decodeFloat(uint64_t bits, Type type) {
  switch (type) {
  case Type::F16:
    return decodeHalf(static_cast<uint16_t>(bits));
  case Type::BF16:
    return bitCast<float>(static_cast<uint32_t>(bits << 16));
  case Type::F32:
    return bitCast<float>(static_cast<uint32_t>(bits));
  default:
    return bitCast<double>(bits);
  }
}

uint64_t decodeInteger(uint64_t bits, Type type) {
  unsigned unused = 64 - 8 * sizeOf(type);
  uint64_t high = bits << unused;
  return isSigned(type) ? static_cast<uint64_t>(static_cast<int64_t>(high) >> unused) : high >> unused;
}

uint64_t floatToInteger(double value, Type from, Type to, Rounding mode) {
  unsigned width = 8 * sizeOf(to);
  if (std::isnan(value))
    return from == Type::F64 || width == 64 ? uint64_t(1) << (width - 1) : 0;
  double whole = roundToInteger(value, mode);
  if (isSigned(to)) {
    double end = std::ldexp(1.0, static_cast<int>(width) - 1); // one past the greatest
    if (whole >= end)
      return (uint64_t(1) << (width - 1)) - 1;
    return whole < -end ? -(uint64_t(1) << (width - 1)) : static_cast<uint64_t>(static_cast<int64_t>(whole));
  }
  if (whole >= std::ldexp(1.0, static_cast<int>(width)))
    return ~uint64_t(0) >> (64 - width);
  return whole <= 0 ? 0 : static_cast<uint64_t>(whole);
}

uint64_t saturateInteger(uint64_t value, bool valueSigned, Type to) {
  unsigned width = 8 * sizeOf(to);
  uint64_t greatest = ~uint64_t(0) >> (64 - width + isSigned(to));
  bool negative = valueSigned && static_cast<int64_t>(value) < 0;
  if (!negative)
    return std::min(value, greatest);
  if (!isSigned(to))
    return 0;
  int64_t lowest = -static_cast<int64_t>(greatest) - 1;
  return static_cast<uint64_t>(std::max(static_cast<int64_t>(value), lowest));
}

} // namespace dpsims::ptx
