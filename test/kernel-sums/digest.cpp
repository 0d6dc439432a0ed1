// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/kernel-sums/digest.h"

#include "runtime/base/float16.h"
#include "test/golden/rule.h"

#include <algorithm>
#include <cmath>

namespace kernelsums {

namespace {

// Below this a norm is rounding: sums of such parts are compared absolutely.
constexpr double leastNorm = 1e-3;

template <typename T> void addPart(const T *begin, const T *end, golden::Sequence &signs, Digest &digest) {
  double infinite = 0, squares = 0, sum = 0;
  uint64_t bits = 0, left = 0;
  for (const T *element = begin; element != end; ++element, bits >>= 1, --left) {
    if (left == 0) {
      bits = signs.next();
      left = 64;
    }
    double value = static_cast<double>(*element);
    if (!std::isfinite(value)) {
      ++infinite;
      continue;
    }
    squares += value * value;
    sum += (bits & 1) != 0 ? value : -value;
  }
  for (double figure : {infinite, std::sqrt(squares), sum})
    digest.push_back(static_cast<float>(figure));
}

template <typename T> Digest digestElements(const T *data, uint64_t count) {
  golden::Sequence signs("digest");
  Digest digest;
  for (uint64_t part = 0; part < digestParts; ++part)
    addPart(data + count * part / digestParts, data + count * (part + 1) / digestParts, signs, digest);
  return digest;
}

} // namespace

Digest digestOf(dpsims::ElementType type, const void *data, uint64_t count) {
  switch (type) {
  case dpsims::ElementType::I32:
    return digestElements(static_cast<const int32_t *>(data), count);
  case dpsims::ElementType::U8:
    return digestElements(static_cast<const uint8_t *>(data), count);
  default: {
    std::vector<float> wide(count);
    dpsims::widen(type, data, count, wide.data());
    return digestElements(wide.data(), count);
  }
  }
}

double difference(const Digest &expected, const Digest &actual) {
  double worst = 0;
  for (size_t i = 0; i + 2 < expected.size(); i += 3) {
    if (expected[i] != actual[i])
      return HUGE_VAL;
    double norm = std::max(leastNorm, static_cast<double>(expected[i + 1]));
    for (size_t figure : {i + 1, i + 2})
      worst = std::max(worst, std::abs(double(actual[figure]) - double(expected[figure])) / norm);
  }
  return worst;
}

} // namespace kernelsums
