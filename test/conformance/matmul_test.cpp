// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matmuls with every layout and epilogue, against plain loops in f64.

#include "device.h"

#include <gtest/gtest.h>

#include <array>

using namespace dpsims;
using namespace dpsims::test;
using Kind = Activation;

namespace {

enum class Residual { None, Separate, InPlace };

struct Case {
  uint64_t batch = 1, m = 8, n = 16, k = 12;
  bool transposeA = false, transposeB = false, shared = true, constant = true, bias = true;
  Kind activation = Kind::None;
  float alpha = 0, beta = 0;
  Residual residual = Residual::None;
  ProductTypes types = {};

  Dims a() const { return transposeA ? Dims{batch, k, m} : Dims{batch, m, k}; }
  Dims b() const {
    Dims dims = transposeB ? Dims{n, k} : Dims{k, n};
    if (!shared)
      dims.insert(dims.begin(), batch);
    return dims;
  }
  Dims dst() const { return {batch, m, n}; }
};

std::ostream &operator<<(std::ostream &stream, const Case &c) {
  return stream << "batch " << c.batch << " " << c.m << "x" << c.k << "x" << c.n << (c.transposeA ? " a^T" : "")
                << (c.transposeB ? " b^T" : "") << (c.shared ? " shared" : "") << (c.constant ? " constant" : "")
                << (c.bias ? " bias " : " ") << name(c.activation) << " residual " << int(c.residual) << c.types;
}

struct Data {
  std::vector<float> a, b, bias, residual;

  explicit Data(const Case &c)
      : a(rounded(randomValues(countOf(c.a()), 1), c.types.factors)),
        b(rounded(randomValues(countOf(c.b()), 2), c.types.factors)), bias(randomValues(c.n, 3)),
        residual(rounded(randomValues(countOf(c.dst()), 4), c.types.result)) {}
};

double element(const Case &c, const Data &data, uint64_t i, uint64_t y, uint64_t x) {
  double sum = c.bias ? double(data.bias[x]) : 0.0;
  uint64_t start = c.shared ? 0 : i * c.k * c.n;
  for (uint64_t j = 0; j < c.k; ++j)
    sum += double(data.a[i * c.m * c.k + (c.transposeA ? j * c.m + y : y * c.k + j)]) *
           double(data.b[start + (c.transposeB ? x * c.k + j : j * c.n + x)]);
  return activate(c.activation, sum, double(c.alpha), double(c.beta));
}

std::vector<double> reference(const Case &c, const Data &data) {
  std::vector<double> result;
  for (uint64_t i = 0; i < c.batch; ++i)
    for (uint64_t y = 0; y < c.m; ++y)
      for (uint64_t x = 0; x < c.n; ++x)
        result.push_back(element(c, data, i, y, x) +
                         (c.residual == Residual::None ? 0.0 : double(data.residual[result.size()])));
  return result;
}

format::MatmulT tableOf(const Case &c) {
  format::MatmulT matmul;
  matmul.batch = c.batch, matmul.m = c.m, matmul.n = c.n, matmul.k = c.k;
  matmul.transpose_a = c.transposeA;
  matmul.transpose_b = c.transposeB;
  matmul.shared_b = c.shared;
  matmul.epilogue = std::make_unique<format::EpilogueT>();
  matmul.epilogue->activation = static_cast<uint8_t>(c.activation);
  matmul.epilogue->alpha = c.alpha;
  matmul.epilogue->beta = c.beta;
  return matmul;
}

std::vector<float> run(const Case &c, const Data &data) {
  ModelBuilder builder = modelForDevice();
  format::MatmulT matmul = tableOf(c);
  std::vector<std::vector<float>> inputs{data.a}, weights;
  matmul.a = builder.input("a", c.a(), c.types.factors);
  matmul.b =
      c.constant ? builder.weight("b", c.b(), "normal", c.types.factors) : builder.input("b", c.b(), c.types.factors);
  (c.constant ? weights : inputs).push_back(data.b);
  if (c.bias) {
    matmul.bias = static_cast<int32_t>(builder.weight("bias", {c.n}));
    weights.push_back(data.bias);
  }
  if (c.residual == Residual::InPlace) {
    matmul.dst = builder.variable("residual", c.dst(), "normal", c.types.result);
    matmul.residual = static_cast<int32_t>(matmul.dst);
    weights.push_back(data.residual);
  } else {
    matmul.dst = builder.output("y", c.dst(), c.types.result);
  }
  if (c.residual == Residual::Separate) {
    matmul.residual = static_cast<int32_t>(builder.input("residual", c.dst(), c.types.result));
    inputs.push_back(data.residual);
  }
  builder.step(builder.main(), std::move(matmul), "matmul");
  RunResult result = runOnDevice(builder, inputs, weights);
  return c.residual == Residual::InPlace ? result.variables.back() : result.outputs[0];
}

class Matmul : public testing::TestWithParam<Case> {};

TEST_P(Matmul, MatchesLoops) {
  const Case &c = GetParam();
  Data data(c);
  EXPECT_LT(relativeError(run(c, data), reference(c, data)), tolerance(c.types.result));
}

// A single row, a single column, odd sizes, sums much longer than the result (gradients).
const std::vector<std::array<uint64_t, 4>> sizes{{1, 1, 1, 1},   {1, 1, 130, 64},   {3, 5, 7, 11}, {2, 64, 48, 100},
                                                 {4, 33, 1, 17}, {1, 32, 64, 1000}, {2, 48, 3, 20}};

std::vector<Case> shapes() {
  std::vector<Case> cases;
  for (auto [batch, m, n, k] : sizes)
    for (int layout = 0; layout < 16; ++layout) {
      Case c;
      c.m = m, c.n = n, c.k = k;
      c.transposeA = layout & 1, c.transposeB = layout & 2, c.shared = layout & 4, c.constant = layout & 8;
      c.batch = c.transposeA && c.shared ? 1 : batch; // the format has no other
      c.bias = c.shared;
      cases.push_back(c);
    }
  return cases;
}

std::vector<Case> epilogues() {
  std::vector<Case> cases;
  for (Kind activation : activations)
    for (Residual residual : {Residual::None, Residual::Separate, Residual::InPlace})
      for (int variant = 0; variant < 4; ++variant) {
        Case c;
        c.batch = 2, c.n = 19;
        c.transposeB = true;
        c.shared = variant & 1, c.bias = variant & 2;
        c.activation = activation;
        c.alpha = activation == Kind::Clamp ? -1.5f : 0.2f;
        c.beta = 6;
        c.residual = residual;
        cases.push_back(c);
      }
  return cases;
}

std::vector<Case> narrow() {
  std::vector<Case> cases;
  for (const std::vector<Case> &wide : {shapes(), epilogues()})
    for (Case c : wide)
      for (ProductTypes types : narrowTypes) {
        c.types = types;
        cases.push_back(c);
      }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Narrow, Matmul, testing::ValuesIn(narrow()));
INSTANTIATE_TEST_SUITE_P(Shapes, Matmul, testing::ValuesIn(shapes()));
INSTANTIATE_TEST_SUITE_P(Epilogues, Matmul, testing::ValuesIn(epilogues()));

} // namespace
