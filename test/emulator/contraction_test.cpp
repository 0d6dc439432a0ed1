// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The doubles' convolutions against the definition.

#include "test/emulator/contraction.h"

#include <gtest/gtest.h>
#include <random>

using namespace dpsims::emulated;

namespace {

std::vector<float> randomValues(int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> distribution(-1, 1);
  std::vector<float> values(static_cast<size_t>(count));
  for (float &value : values)
    value = distribution(random);
  return values;
}

// Calls visit(src, weights, dst) with the indices of every three elements that meet.
template <typename Visit> void forEachTriple(const ConvShape &s, Visit visit) {
  for (int64_t n = 0; n < s.batch; ++n)
    for (int64_t y = 0; y < s.outHeight; ++y)
      for (int64_t x = 0; x < s.outWidth; ++x)
        for (int64_t o = 0; o < s.outChannels; ++o)
          for (int64_t tap = 0; tap < s.taps(); ++tap)
            for (int64_t c = 0; c < s.groupIn(); ++c) {
              int64_t iy = y * s.strideH + tap / s.kernelWidth - s.padTop;
              int64_t ix = x * s.strideW + tap % s.kernelWidth - s.padLeft;
              if (iy >= 0 && iy < s.inHeight && ix >= 0 && ix < s.inWidth)
                visit(((n * s.inHeight + iy) * s.inWidth + ix) * s.inChannels + o / s.groupOut() * s.groupIn() + c,
                      (o * s.taps() + tap) * s.groupIn() + c,
                      ((n * s.outHeight + y) * s.outWidth + x) * s.outChannels + o);
            }
}

void expectNear(const std::vector<float> &actual, const std::vector<double> &expected) {
  for (size_t i = 0; i < actual.size(); ++i)
    ASSERT_NEAR(actual[i], expected[i], 1e-4) << "element " << i;
}

class Contraction : public testing::TestWithParam<ConvShape> {};

TEST_P(Contraction, IsTheDefinition) {
  const ConvShape &s = GetParam();
  std::vector<float> src = randomValues(s.inputCount(), 1), weights = randomValues(s.weightCount(), 2),
                     dst = randomValues(s.outputCount(), 3);
  std::vector<double> forward(dst.size()), inputs(src.size()), gradients(weights.size());
  forEachTriple(s, [&](int64_t i, int64_t w, int64_t o) {
    forward[o] += double(src[i]) * weights[w];
    inputs[i] += double(dst[o]) * weights[w];
    gradients[w] += double(dst[o]) * src[i];
  });
  std::vector<float> result(dst.size());
  convolve(s, src.data(), weights.data(), result.data());
  expectNear(result, forward);
  result.resize(src.size());
  convolveInputGradient(s, result.data(), weights.data(), dst.data());
  expectNear(result, inputs);
  result.resize(weights.size());
  convolveWeightGradient(s, src.data(), result.data(), dst.data());
  expectNear(result, gradients);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Contraction,
                         testing::Values(ConvShape{2, 5, 6, 3, 5, 6, 4, 3, 3, 1, 1, 1, 1, 1},
                                         ConvShape{1, 7, 8, 4, 4, 4, 6, 3, 3, 2, 2, 1, 0, 2},
                                         ConvShape{2, 6, 6, 5, 3, 3, 5, 5, 5, 2, 2, 2, 2, 5},
                                         ConvShape{1, 4, 4, 8, 4, 4, 3, 1, 1, 1, 1, 0, 0, 1}));

TEST(Tf32, HasTenBits) {
  const float values[] = {1, 1 + 1.0f / 1024, 1 + 1.0f / 4096, -3.14159265f};
  std::vector<float> rounded = roundToTf32(values, 4);
  EXPECT_EQ(rounded, (std::vector<float>{1, 1 + 1.0f / 1024, 1, -3.140625f}));
}

} // namespace
