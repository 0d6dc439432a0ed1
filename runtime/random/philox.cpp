// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/random/philox.h"

#include <algorithm>
#include <cmath>

namespace dpsims {

static PhiloxCounter randomBlock(const RandomSequence &sequence, uint64_t block) {
  return philox({uint32_t(block), sequence.stream, uint32_t(sequence.step), uint32_t(sequence.step >> 32)},
                {uint32_t(sequence.seed), uint32_t(sequence.seed >> 32)});
}

uint32_t randomWord(const RandomSequence &sequence, uint64_t index) {
  return randomBlock(sequence, index / 4)[index % 4];
}

// The standard library's logarithm, sine and cosine differ in the last bit from machine to machine; these do not.

// Horner's rule, c[0] + c[1] x + ...
template <size_t n> static double polynomial(const double (&c)[n], double x) {
  double sum = c[n - 1];
  for (size_t k = n - 1; k-- > 0;)
    sum = sum * x + c[k];
  return sum;
}

// ln((x + 1/2) / 2^32), to about 1e-16.
static double logOfWord(uint32_t x) {
  // artanh(s) / s in powers of s^2.
  static constexpr double artanh[] = {1,        1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9, 1.0 / 11,
                                      1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21};
  const uint64_t odd = 2 * uint64_t(x) + 1;
  int exponent = 63 - __builtin_clzll(odd);
  double fraction = double(odd) / double(uint64_t(1) << exponent);
  if (fraction > 1.4142135623730951) {
    fraction *= 0.5;
    ++exponent;
  }
  // ln f = 2 artanh((f - 1) / (f + 1)); |s| < 0.172, so that eleven terms do.
  const double s = (fraction - 1) / (fraction + 1);
  return (exponent - 33) * 0.6931471805599453 + 2 * s * polynomial(artanh, s * s);
}

// sin and cos of 2 pi y / 2^32. The reduction to [-pi/4, pi/4] is exact, in integers.
static void turnOfWord(uint32_t y, double &sine, double &cosine) {
  // sin(t) / t and cos(t) in powers of t^2, by the factorials.
  static constexpr double sines[] = {
      1, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800.0, -1.0 / 1307674368000.0};
  static constexpr double cosines[] = {1,
                                       -1.0 / 2,
                                       1.0 / 24,
                                       -1.0 / 720,
                                       1.0 / 40320,
                                       -1.0 / 3628800,
                                       1.0 / 479001600,
                                       -1.0 / 87178291200.0,
                                       1.0 / 20922789888000.0};
  const uint32_t quadrant = (y + 0x20000000u) >> 30;
  const double t = double(int32_t(y - (quadrant << 30))) * 1.4629180792671596e-09;
  const double s = t * polynomial(sines, t * t), c = polynomial(cosines, t * t);
  sine = quadrant == 0 ? s : quadrant == 1 ? c : quadrant == 2 ? -s : -c;
  cosine = quadrant == 0 ? c : quadrant == 1 ? -s : quadrant == 2 ? -c : s;
}

static void boxMuller(uint32_t x, uint32_t y, float *pair) {
  const double radius = std::sqrt(-2 * logOfWord(x));
  double sine, cosine;
  turnOfWord(y, sine, cosine);
  pair[0] = float(radius * cosine);
  pair[1] = float(radius * sine);
}

// Numbers first .. first + count - 1, block by block; `convert` makes four numbers of a block.
template <typename Convert>
static void fillBlocks(const RandomSequence &sequence, uint64_t first, uint64_t count, float *dst, Convert convert) {
  while (count > 0) {
    const uint64_t skip = first % 4, n = std::min(count, 4 - skip);
    float numbers[4];
    convert(randomBlock(sequence, first / 4), numbers);
    std::copy(numbers + skip, numbers + skip + n, dst);
    dst += n;
    first += n;
    count -= n;
  }
}

void fillUniform(const RandomSequence &sequence, uint64_t first, uint64_t count, float *dst) {
  fillBlocks(sequence, first, count, dst, [](const PhiloxCounter &words, float *numbers) {
    for (int i = 0; i < 4; ++i)
      numbers[i] = float(words[i] >> 8) * 0x1p-24f;
  });
}

void fillNormal(const RandomSequence &sequence, uint64_t first, uint64_t count, float *dst) {
  fillBlocks(sequence, first, count, dst, [](const PhiloxCounter &words, float *numbers) {
    boxMuller(words[0], words[1], numbers);
    boxMuller(words[2], words[3], numbers + 2);
  });
}

uint64_t hashName(std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char c : name)
    hash = (hash ^ c) * 0x100000001b3u;
  return hash;
}

} // namespace dpsims
