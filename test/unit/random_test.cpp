// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/random/philox.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

using namespace dpsims;

// The known answers published with Random123.
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox({ones, ones, ones, ones}, {ones, ones}),
            (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, CounterAndKeyAreWhatTheHeaderSays) {
  const RandomSequence sequence{0x0123456789abcdef, 0xfedcba9876543210, 77};
  const PhiloxCounter block = philox({5, 77, 0x76543210, 0xfedcba98}, {0x89abcdef, 0x01234567});
  for (uint32_t i = 0; i < 4; ++i)
    EXPECT_EQ(randomWord(sequence, 20 + i), block[i]);
}

TEST(Random, PiecesMakeTheWhole) {
  const RandomSequence sequence{1, 2, 3};
  std::vector<float> whole(101), pieces(101);
  for (auto fill : {fillUniform, fillNormal}) {
    fill(sequence, 7, whole.size(), whole.data());
    for (uint64_t first = 0, n = 1; first < pieces.size(); first += n, n = first % 6 + 1)
      fill(sequence, 7 + first, std::min<uint64_t>(n, pieces.size() - first), pieces.data() + first);
    EXPECT_EQ(whole, pieces);
  }
}

TEST(Random, SequencesDiffer) {
  const RandomSequence sequences[] = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {uint64_t(1) << 32, 0, 0}};
  for (size_t i = 0; i < std::size(sequences); ++i)
    for (size_t j = 0; j < i; ++j)
      EXPECT_NE(randomWord(sequences[i], 0), randomWord(sequences[j], 0));
}

TEST(Random, UniformMoments) {
  std::vector<float> numbers(1 << 20);
  fillUniform({42, 0, 0}, 0, numbers.size(), numbers.data());
  double sum = 0, squares = 0;
  for (float x : numbers) {
    ASSERT_TRUE(x >= 0 && x < 1);
    sum += x;
    squares += double(x) * x;
  }
  const double n = double(numbers.size());
  EXPECT_NEAR(sum / n, 0.5, 5 * 0.2887 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1.0 / 3, 5 * 0.2981 / std::sqrt(n));
}

TEST(Random, NormalMoments) {
  std::vector<float> numbers(1 << 20);
  fillNormal({42, 0, 0}, 0, numbers.size(), numbers.data());
  double moments[5] = {}, product = 0, beyond = 0;
  for (size_t i = 0; i < numbers.size(); ++i) {
    for (int k = 1; k < 5; ++k)
      moments[k] += std::pow(double(numbers[i]), k);
    product += double(numbers[i]) * numbers[i ^ 1];
    beyond += std::abs(numbers[i]) > 2;
  }
  const double n = double(numbers.size()), error = 5 / std::sqrt(n);
  EXPECT_NEAR(moments[1] / n, 0, error);
  EXPECT_NEAR(moments[2] / n, 1, error * std::sqrt(2));
  EXPECT_NEAR(moments[3] / n, 0, error * std::sqrt(15));
  EXPECT_NEAR(moments[4] / n, 3, error * std::sqrt(96));
  EXPECT_NEAR(product / n, 0, error * std::sqrt(2)); // a pair's two numbers are independent
  EXPECT_NEAR(beyond / n, std::erfc(2 / std::sqrt(2)), error * 0.21);
}

// The own logarithm, sine and cosine against the library's, to f32's last bit.
TEST(Random, NormalFollowsItsFormula) {
  const RandomSequence sequence{3, 1, 4};
  std::vector<float> numbers(1 << 16);
  fillNormal(sequence, 0, numbers.size(), numbers.data());
  for (size_t i = 0; i < numbers.size(); i += 2) {
    const double x = (randomWord(sequence, i) + 0.5) / 4294967296.0;
    const double angle = randomWord(sequence, i + 1) / 4294967296.0 * 2 * M_PI, radius = std::sqrt(-2 * std::log(x));
    EXPECT_NEAR(numbers[i], radius * std::cos(angle), 3e-7 * std::max(1.0, radius));
    EXPECT_NEAR(numbers[i + 1], radius * std::sin(angle), 3e-7 * std::max(1.0, radius));
  }
}

// Checkpoints and published seeds rely on these bits.
TEST(Random, NormalBitsAreFixed) {
  float numbers[4];
  fillNormal({0, 0, 0}, 0, 4, numbers);
  EXPECT_EQ(numbers[0], 0x1.fb7666p-1f);
  EXPECT_EQ(numbers[1], -0x1.d96d6p-1f);
  EXPECT_EQ(numbers[2], -0x1.3c373ep-1f);
  EXPECT_EQ(numbers[3], -0x1.eda364p-2f);
}

TEST(Random, HashIsFnv) {
  EXPECT_EQ(hashName(""), 0xcbf29ce484222325u);
  EXPECT_EQ(hashName("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(hashName("foobar"), 0x85944171f73967e8u);
}
