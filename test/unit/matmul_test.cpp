// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matmuls of the CPU device against plain loops in f64.

#include "model_builder.h"

#include "runtime/model/session.h"

#include <gtest/gtest.h>

#include <array>

using namespace dpsims;
using namespace dpsims::test;
using Kind = format::Activation;

namespace {

enum class Residual { None, Separate, InPlace };

struct Case {
  uint64_t batch = 1, m = 8, n = 16, k = 12;
  bool transpose = false, shared = true, constant = true, bias = true, transposeA = false;
  Kind activation = Kind::None;
  float alpha = 0, beta = 0;
  Residual residual = Residual::None;

  Dims a() const { return transposeA ? Dims{batch, k, m} : Dims{batch, m, k}; }
  Dims b() const {
    Dims dims = transpose ? Dims{n, k} : Dims{k, n};
    if (!shared)
      dims.insert(dims.begin(), batch);
    return dims;
  }
  Dims dst() const { return {batch, m, n}; }
};

std::ostream &operator<<(std::ostream &stream, const Case &c) {
  return stream << "batch " << c.batch << " " << c.m << "x" << c.k << "x" << c.n << (c.transpose ? " transposed" : "")
                << (c.transposeA ? " left transposed" : "") << (c.shared ? " shared" : "")
                << (c.constant ? " constant " : " ") << format::EnumNameActivation(c.activation) << " residual "
                << int(c.residual);
}

std::vector<double> reference(const Case &c, const std::vector<float> &a, const std::vector<float> &b,
                              const std::vector<float> &bias, const std::vector<float> &residual) {
  std::vector<double> result;
  for (uint64_t i = 0; i < c.batch; ++i)
    for (uint64_t y = 0; y < c.m; ++y)
      for (uint64_t x = 0; x < c.n; ++x) {
        double sum = c.bias ? double(bias[x]) : 0.0;
        uint64_t start = c.shared ? 0 : i * c.k * c.n;
        for (uint64_t j = 0; j < c.k; ++j)
          sum += double(a[i * c.m * c.k + (c.transposeA ? j * c.m + y : y * c.k + j)]) *
                 double(b[start + (c.transpose ? x * c.k + j : j * c.n + x)]);
        sum = activate(c.activation, sum, double(c.alpha), double(c.beta));
        result.push_back(sum + (c.residual == Residual::None ? 0.0 : double(residual[result.size()])));
      }
  return result;
}

std::shared_ptr<const CompiledModel> build(const Case &c) {
  ModelBuilder builder;
  format::MatmulT matmul;
  matmul.batch = c.batch;
  matmul.m = c.m;
  matmul.n = c.n;
  matmul.k = c.k;
  matmul.transpose_a = c.transposeA;
  matmul.transpose_b = c.transpose;
  matmul.shared_b = c.shared;
  matmul.epilogue = std::make_unique<format::EpilogueT>();
  matmul.epilogue->activation = c.activation;
  matmul.epilogue->alpha = c.alpha;
  matmul.epilogue->beta = c.beta;
  matmul.a = builder.input("a", c.a());
  uint32_t residual = builder.input("residual", c.dst());
  uint32_t bias = builder.weight("bias", {c.n});
  matmul.b = c.constant ? builder.weight("b", c.b()) : builder.input("b", c.b());
  matmul.dst = builder.output("y", c.dst());
  if (c.bias)
    matmul.bias = static_cast<int32_t>(bias);
  if (c.residual == Residual::Separate)
    matmul.residual = static_cast<int32_t>(residual);
  if (c.residual == Residual::InPlace) {
    builder.launch("copy", countOf(c.dst()), {residual, matmul.dst});
    matmul.residual = static_cast<int32_t>(matmul.dst);
  }
  builder.step(builder.main(), std::move(matmul), "matmul");
  return builder.load();
}

class Matmul : public testing::TestWithParam<Case> {};

TEST_P(Matmul, MatchesLoops) {
  const Case &c = GetParam();
  std::vector<float> a = randomValues(countOf(c.a()), 1), b = randomValues(countOf(c.b()), 2);
  std::vector<float> bias = randomValues(c.n, 3), residual = randomValues(countOf(c.dst()), 4);
  std::shared_ptr<const CompiledModel> model = build(c);
  std::unique_ptr<Device> device = createDevice(Target::Cpu);
  MemoryWeights weights;
  weights.values = {bias, b};
  Session session(model, model->entry(""), *device, &weights);
  std::vector<float> y(countOf(c.dst()), NAN);
  std::vector<const void *> inputs{a.data(), residual.data()};
  if (!c.constant)
    inputs.push_back(b.data());
  session.run(inputs, {y.data()});
  EXPECT_LT(relativeError(y, reference(c, a, b, bias, residual)), 1e-6);
}

std::vector<Case> shapes() {
  std::vector<Case> cases;
  for (bool constant : {false, true})
    for (bool transpose : {false, true})
      for (auto [batch, m, n, k] :
           {std::array<uint64_t, 4>{1, 1, 1, 1}, {1, 1, 130, 64}, {3, 5, 7, 11}, {2, 64, 48, 100}}) {
        Case c;
        c.batch = batch, c.m = m, c.n = n, c.k = k;
        c.constant = constant;
        c.transpose = transpose;
        cases.push_back(c);
        c.shared = false;
        c.bias = false;
        cases.push_back(c);
      }
  return cases;
}

std::vector<Case> epilogues(bool shared) {
  std::vector<Case> cases;
  for (Kind activation : format::EnumValuesActivation())
    for (Residual residual : {Residual::None, Residual::Separate, Residual::InPlace}) {
      Case c;
      c.batch = 2;
      c.n = 19;
      c.transpose = true;
      c.shared = shared;
      c.activation = activation;
      c.alpha = activation == Kind::Clamp ? -1.5f : 0.2f;
      c.beta = 6;
      c.residual = residual;
      cases.push_back(c);
    }
  return cases;
}

// Gradients of matmuls: what is summed over is often much longer than the result.
std::vector<Case> leftTransposed() {
  std::vector<Case> cases;
  for (bool shared : {false, true})
    for (bool transpose : {false, true})
      for (auto [m, n, k] : std::vector<std::array<uint64_t, 3>>{{1, 1, 1}, {5, 7, 11}, {32, 64, 1000}, {48, 3, 20}}) {
        Case c;
        c.batch = shared ? 1 : 3;
        c.m = m, c.n = n, c.k = k;
        c.transposeA = true;
        c.transpose = transpose;
        c.shared = shared;
        c.constant = false;
        c.bias = k == 11;
        c.residual = k == 20 ? Residual::InPlace : Residual::None;
        cases.push_back(c);
      }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(LeftTransposed, Matmul, testing::ValuesIn(leftTransposed()));
INSTANTIATE_TEST_SUITE_P(Shapes, Matmul, testing::ValuesIn(shapes()));
INSTANTIATE_TEST_SUITE_P(Epilogues, Matmul, testing::ValuesIn(epilogues(true)));
INSTANTIATE_TEST_SUITE_P(BatchedEpilogues, Matmul, testing::ValuesIn(epilogues(false)));

} // namespace
