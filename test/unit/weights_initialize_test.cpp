// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/weights/initialize.h"
#include "support.h"

#include <cmath>

using namespace dpsims;
using namespace dpsims::test;

static WeightSpec spec(const std::string &name, const Shape &shape, const std::string &init, double value = 0,
                       const std::string &of = "") {
  WeightSpec result;
  result.name = name;
  result.shape = shape;
  result.init = init;
  result.initValue = value;
  result.initOf = of;
  return result;
}

static std::vector<float> values(Initializer &initializer, const WeightSpec &weight) {
  std::vector<float> result(size_t(elementCount(weight.shape)), -77);
  initializer.fill(weight, result.data());
  return result;
}

static double deviation(const std::vector<float> &numbers) {
  double squares = 0;
  for (float x : numbers)
    squares += double(x) * x;
  return std::sqrt(squares / double(numbers.size()));
}

TEST(Initialize, Constants) {
  const std::vector<WeightSpec> specs = {spec("a", {2}, "zeros"), spec("b", {2}, "ones"),
                                         spec("c", {2}, "constant", 0.5)};
  Initializer initializer(specs, 1);
  EXPECT_EQ(values(initializer, specs[0]), (std::vector<float>{0, 0}));
  EXPECT_EQ(values(initializer, specs[1]), (std::vector<float>{1, 1}));
  EXPECT_EQ(values(initializer, specs[2]), (std::vector<float>{0.5, 0.5}));
}

TEST(Initialize, NormalsHaveTheirDeviation) {
  const std::vector<WeightSpec> specs = {
      spec("n", {100000}, "normal", 0.3), spec("x", {64, 32, 3, 3}, "xavier_normal", 1),
      spec("g", {64, 32, 3, 3}, "xavier_normal", 0.02), spec("l", {100, 200}, "xavier_normal", 1)};
  Initializer initializer(specs, 1);
  EXPECT_NEAR(deviation(values(initializer, specs[0])), 0.3, 0.003);
  EXPECT_NEAR(deviation(values(initializer, specs[1])) / std::sqrt(2.0 / (96 * 9)), 1, 0.02);
  EXPECT_NEAR(deviation(values(initializer, specs[2])) / std::sqrt(2.0 / (96 * 9)), 0.02, 0.0004);
  EXPECT_NEAR(deviation(values(initializer, specs[3])) / std::sqrt(2.0 / 300), 1, 0.02);
}

TEST(Initialize, DependsOnSeedAndNameAlone) {
  const std::vector<WeightSpec> some = {spec("a", {10}, "normal", 1), spec("b", {10}, "normal", 1)};
  const std::vector<WeightSpec> others = {spec("c", {10}, "normal", 1), spec("b", {10}, "normal", 1)};
  Initializer first(some, 5), second(others, 5), third(some, 6);
  EXPECT_EQ(values(first, some[1]), values(second, others[1]));
  EXPECT_NE(values(first, some[1]), values(first, some[0]));
  EXPECT_NE(values(first, some[1]), values(third, some[1]));
}

TEST(Initialize, SingularVectorsOfAWeight) {
  const std::vector<WeightSpec> specs = {spec("w", {12, 5, 3, 3}, "xavier_normal", 1),
                                         spec("v", {45}, "singular_right", 0, "w"),
                                         spec("u", {12}, "singular_left", 0, "w")};
  Initializer initializer(specs, 3);
  const auto w = values(initializer, specs[0]), v = values(initializer, specs[1]), u = values(initializer, specs[2]);
  EXPECT_NEAR(deviation(u) * std::sqrt(12), 1, 1e-6);
  EXPECT_NEAR(deviation(v) * std::sqrt(45), 1, 1e-6);
  // u is exactly the direction of W v, and u^T W v is near the largest singular value: no random direction comes near.
  std::vector<double> product(12);
  double norm = 0, sigma = 0;
  for (size_t i = 0; i < 12; ++i) {
    for (size_t j = 0; j < 45; ++j)
      product[i] += double(w[i * 45 + j]) * v[j];
    norm += product[i] * product[i];
    sigma += product[i] * u[i];
  }
  norm = std::sqrt(norm);
  for (size_t i = 0; i < 12; ++i)
    EXPECT_NEAR(product[i] / norm, u[i], 1e-6);
  EXPECT_NEAR(sigma, norm, 1e-6);
  EXPECT_GT(sigma * sigma, deviation(w) * deviation(w) * 540 / 12); // more than the mean of the squared values
}

TEST(Initialize, Copies) {
  const std::vector<WeightSpec> specs = {
      spec("w", {12, 5, 3, 3}, "xavier_normal", 1), spec("u", {12}, "singular_left", 0, "w"),
      spec("ema.w", {12, 5, 3, 3}, "copy", 0, "w"), spec("ema.u", {12}, "copy", 0, "u"),
      spec("other.u", {12}, "singular_left", 0, "ema.w")};
  Initializer initializer(specs, 3);
  EXPECT_EQ(values(initializer, specs[2]), values(initializer, specs[0]));
  EXPECT_EQ(values(initializer, specs[3]), values(initializer, specs[1]));
  EXPECT_EQ(values(initializer, specs[4]).size(), 12u);
}

TEST(Initialize, RefusesWhatCannotBe) {
  auto error = [](std::vector<WeightSpec> specs) { return errorOf([&] { Initializer initializer(specs, 0); }); };
  EXPECT_TRUE(hasParts(error({spec("a", {2}, "orthogonal")}), {"\"a\"", "unknown init \"orthogonal\""}));
  EXPECT_TRUE(hasParts(error({spec("a", {2}, "xavier_normal")}), {"\"a\"", "(2)"}));
  EXPECT_TRUE(hasParts(error({spec("u", {2}, "singular_left", 0, "w")}), {"\"w\", which is not a weight"}));
  EXPECT_TRUE(hasParts(error({spec("w", {3, 4}, "ones"), spec("u", {2}, "singular_left", 0, "w")}), {"(2)", "(3, 4)"}));
  EXPECT_TRUE(hasParts(error({spec("w", {3, 4}, "ones"), spec("v", {3}, "singular_right", 0, "w")}), {"(3)"}));
  EXPECT_TRUE(hasParts(error({spec("u", {2}, "singular_left", 0, "u")}), {"which is not a weight"}));
  EXPECT_TRUE(hasParts(error({spec("a", {2}, "ones"), spec("a", {2}, "ones")}), {"twice"}));
  EXPECT_TRUE(hasParts(error({spec("a", {2}, "copy", 0, "b")}), {"copy of \"b\", which is not a weight"}));
  EXPECT_TRUE(hasParts(error({spec("a", {2}, "copy", 0, "a")}), {"which is not a weight"}));
  EXPECT_TRUE(
      hasParts(error({spec("a", {2}, "copy", 0, "b"), spec("b", {2}, "copy", 0, "a")}), {"which is not a weight"}));
  EXPECT_TRUE(
      hasParts(error({spec("a", {2}, "copy", 0, "b"), spec("b", {3}, "ones")}), {"(2) cannot be a copy", "(3)"}));
  // Circles.
  EXPECT_TRUE(hasParts(error({spec("a", {3, 1}, "copy", 0, "u"), spec("u", {3, 1}, "singular_left", 0, "a")}),
                       {"which is not a weight"}));
}

TEST(Initialize, WritesAFile) {
  TemporaryDirectory directory;
  std::vector<WeightSpec> specs = {spec("w", {512, 2048, 2}, "xavier_normal", 1), // 8 MiB: two chunks
                                   spec("u", {512}, "singular_left", 0, "w"), spec("ids", {3}, "constant", -5),
                                   spec("bytes", {3}, "ones")};
  specs[2].type = ElementType::I32;
  specs[3].type = ElementType::U8;
  Initializer initializer(specs, 9);
  SafetensorsWriter writer(directory / "f");
  addInitialized(writer, specs, initializer);
  writer.write();
  SafetensorsFile file(directory / "f");
  for (int i : {0, 1}) {
    std::vector<float> read(size_t(elementCount(specs[size_t(i)].shape)));
    file.read(*file.find(specs[size_t(i)].name), read.data());
    EXPECT_EQ(read, values(initializer, specs[size_t(i)]));
  }
  int32_t ids[3];
  file.readInts(*file.find("ids"), ids);
  EXPECT_EQ(ids[2], -5);
  file.readInts(*file.find("bytes"), ids);
  EXPECT_EQ(ids[2], 1);
  specs[3].init = "normal";
  SafetensorsWriter other(directory / "g");
  EXPECT_TRUE(hasParts(errorOf([&] { addInitialized(other, specs, initializer); }), {"\"bytes\"", "U8"}));
}
