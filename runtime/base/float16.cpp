// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/float16.h"

#include "runtime/base/error.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace dpsims {

static float fromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

static uint32_t toBits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

float halfToFloat(uint16_t bits) {
  const uint32_t sign = uint32_t(bits & 0x8000u) << 16, exponent = (bits >> 10) & 31, fraction = bits & 0x3ffu;
  if (exponent == 31)
    return fromBits(sign | 0x7f800000u | (fraction << 13));
  if (exponent != 0)
    return fromBits(sign | ((exponent + 112) << 23) | (fraction << 13));
  const float value = float(fraction) * 0x1p-24f; // subnormal: exact in f32
  return sign ? -value : value;
}

float bfloat16ToFloat(uint16_t bits) { return fromBits(uint32_t(bits) << 16); }

uint16_t floatToHalf(float value) {
  uint32_t bits = toBits(value);
  const uint16_t sign = uint16_t(bits >> 16 & 0x8000);
  const float magnitude = std::fabs(value);
  if (std::isnan(value))
    return sign | 0x7e00;
  if (magnitude >= 65520) // half a step beyond the largest number
    return sign | 0x7c00;
  if (magnitude < 0x1p-14f) // subnormal: a multiple of 2^-24
    return sign | uint16_t(std::nearbyint(magnitude * 0x1p24f));
  bits &= 0x7fffffff;
  bits += 0xfff + (bits >> 13 & 1);
  return sign | uint16_t((bits >> 13) - (112 << 10));
}

uint16_t floatToBfloat16(float value) {
  if (std::isnan(value))
    return 0x7fc0;
  const uint32_t bits = toBits(value);
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

bool isFloating(ElementType type) {
  return type == ElementType::F32 || type == ElementType::F64 || type == ElementType::F16 || type == ElementType::BF16;
}

void widen(ElementType type, const void *src, uint64_t count, float *dst) {
  const auto *narrow = static_cast<const uint16_t *>(src);
  if (type == ElementType::F16)
    std::transform(narrow, narrow + count, dst, halfToFloat);
  else if (type == ElementType::BF16)
    std::transform(narrow, narrow + count, dst, bfloat16ToFloat);
  else if (type != ElementType::F32)
    fail(elementTypeName(type), " is not a float of 16 or 32 bits");
  else if (src != dst)
    std::memcpy(dst, src, count * sizeof(float));
}

void narrow(ElementType type, const float *src, uint64_t count, void *dst) {
  auto *narrowed = static_cast<uint16_t *>(dst);
  if (type == ElementType::F16)
    std::transform(src, src + count, narrowed, floatToHalf);
  else if (type == ElementType::BF16)
    std::transform(src, src + count, narrowed, floatToBfloat16);
  else if (type != ElementType::F32)
    fail(elementTypeName(type), " is not a float of 16 or 32 bits");
  else if (src != dst)
    std::memcpy(dst, src, count * sizeof(float));
}

} // namespace dpsims
