// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Winograd convolutions of the CPU device against plain loops in f64; direct ones are in test/conformance.

#include "model_builder.h"

#include "runtime/device/cpu/cpu_device.h"
#include "runtime/session/session.h"

#include <gtest/gtest.h>

using namespace dpsims;
using namespace dpsims::test;
using Kind = Activation;

namespace {

enum class Residual { None, Separate, InPlace };

struct Case {
  uint64_t n = 1, h = 8, w = 8, c = 16, o = 16, kh = 3, kw = 3;
  uint32_t stride = 1, groups = 1;
  uint32_t top = 1, left = 1, bottom = 1, right = 1;
  bool bias = true;
  Kind activation = Kind::None;
  float alpha = 0, beta = 0;
  Residual residual = Residual::None;

  uint64_t outH() const { return (h + top + bottom - kh) / stride + 1; }
  uint64_t outW() const { return (w + left + right - kw) / stride + 1; }
  Dims src() const { return {n, h, w, c}; }
  Dims dst() const { return {n, outH(), outW(), o}; }
  Dims weights() const { return {o, c / groups, kh, kw}; }
};

std::ostream &operator<<(std::ostream &stream, const Case &c) {
  return stream << "n" << c.n << " " << c.h << "x" << c.w << " " << c.c << "->" << c.o << " k" << c.kh << "x" << c.kw
                << " s" << c.stride << " g" << c.groups << " pad " << c.top << "," << c.left << "," << c.bottom << ","
                << c.right << " " << name(c.activation) << " residual " << int(c.residual);
}

struct Data {
  std::vector<float> src, weights, bias, residual;

  explicit Data(const Case &c)
      : src(randomValues(countOf(c.src()), 1)), weights(randomValues(countOf(c.weights()), 2)),
        bias(randomValues(c.o, 3)), residual(randomValues(countOf(c.dst()), 4)) {}
};

double pixel(const Case &c, const Data &data, uint64_t n, uint64_t y, uint64_t x, uint64_t o) {
  double sum = c.bias ? double(data.bias[o]) : 0.0;
  uint64_t in = c.c / c.groups, first = o / (c.o / c.groups) * in;
  for (uint64_t ky = 0; ky < c.kh; ++ky)
    for (uint64_t kx = 0; kx < c.kw; ++kx) {
      int64_t sy = int64_t(y * c.stride + ky) - c.top, sx = int64_t(x * c.stride + kx) - c.left;
      if (sy < 0 || sx < 0 || sy >= int64_t(c.h) || sx >= int64_t(c.w))
        continue;
      for (uint64_t i = 0; i < in; ++i)
        sum += double(data.src[((n * c.h + uint64_t(sy)) * c.w + uint64_t(sx)) * c.c + first + i]) *
               double(data.weights[((o * in + i) * c.kh + ky) * c.kw + kx]);
    }
  return activate(c.activation, sum, double(c.alpha), double(c.beta));
}

std::vector<double> reference(const Case &c, const Data &data) {
  std::vector<double> result;
  for (uint64_t n = 0; n < c.n; ++n)
    for (uint64_t y = 0; y < c.outH(); ++y)
      for (uint64_t x = 0; x < c.outW(); ++x)
        for (uint64_t o = 0; o < c.o; ++o) {
          double value = pixel(c, data, n, y, x, o);
          if (c.residual != Residual::None)
            value += double(data.residual[result.size()]);
          result.push_back(value);
        }
  return result;
}

format::ConvT convOf(const Case &c) {
  format::ConvT conv;
  conv.stride_h = conv.stride_w = c.stride;
  conv.groups = c.groups;
  conv.pad_top = c.top;
  conv.pad_left = c.left;
  conv.pad_bottom = c.bottom;
  conv.pad_right = c.right;
  conv.epilogue = std::make_unique<format::EpilogueT>();
  conv.epilogue->activation = static_cast<uint8_t>(c.activation);
  conv.epilogue->alpha = c.alpha;
  conv.epilogue->beta = c.beta;
  return conv;
}

std::shared_ptr<const CompiledModel> build(const Case &c) {
  ModelBuilder builder;
  format::ConvT conv = convOf(c);
  conv.src = builder.input("x", c.src());
  uint32_t residual = builder.input("residual", c.dst());
  conv.weights = builder.weight("weight", c.weights());
  uint32_t bias = builder.weight("bias", {c.o});
  conv.dst = builder.output("y", c.dst());
  if (c.bias)
    conv.bias = static_cast<int32_t>(bias);
  if (c.residual == Residual::Separate)
    conv.residual = static_cast<int32_t>(residual);
  if (c.residual == Residual::InPlace) {
    builder.launch("copy", countOf(c.dst()), {residual, conv.dst});
    conv.residual = static_cast<int32_t>(conv.dst);
  }
  builder.step(builder.main(), std::move(conv), "conv");
  return builder.load();
}

double errorOfConv(const Case &c, ConvolutionChoice choice, std::string *implementation = nullptr, int threads = 2,
                   std::vector<float> *result = nullptr) {
  Data data(c);
  std::shared_ptr<const CompiledModel> model = build(c);
  DeviceOptions options;
  options.convolution = choice;
  std::unique_ptr<Device> device = createCpuDevice(options, threads);
  MemoryWeights weights;
  weights.values = {data.weights, data.bias};
  Session session(model, model->entry(""), *device, &weights);
  std::vector<float> y(countOf(c.dst()), NAN);
  session.run({data.src.data(), data.residual.data()}, {y.data()});
  if (implementation)
    *implementation = session.plan().implementation(model->entries[0].main.steps.size() - 1);
  if (result)
    *result = y;
  return relativeError(y, reference(c, data));
}

class Winograd : public testing::TestWithParam<Case> {};

TEST_P(Winograd, MatchesLoops) {
  std::string implementation;
  const Case &c = GetParam();
  EXPECT_LT(errorOfConv(c, ConvolutionChoice::Winograd, &implementation), 4e-6);
  bool isDirect = c.residual == Residual::InPlace && c.activation > Kind::Clamp; // the result would be in the way
  if (__builtin_cpu_supports("avx512f")) {
    EXPECT_EQ(implementation.find("wino") == std::string::npos, isDirect) << implementation;
  }
}

TEST_P(Winograd, MeasuredChoiceMatchesLoops) { EXPECT_LT(errorOfConv(GetParam(), ConvolutionChoice::Auto), 1e-5); }

std::vector<Case> epilogueCases(uint64_t size, uint64_t channels) {
  std::vector<Case> cases;
  for (Kind activation : activations)
    for (Residual residual : {Residual::None, Residual::Separate, Residual::InPlace}) {
      Case c;
      c.h = c.w = size;
      c.c = c.o = channels;
      c.activation = activation;
      c.alpha = activation == Kind::Clamp ? -1.5f : 0.2f;
      c.beta = 6;
      c.residual = residual;
      cases.push_back(c);
    }
  return cases;
}

std::vector<Case> winogradShapes() {
  std::vector<Case> cases;
  auto add = [&](auto change) {
    Case c;
    c.h = c.w = 32;
    c.c = c.o = 64;
    change(c);
    cases.push_back(c);
  };
  add([](Case &) {});
  add([](Case &c) { c.c = 5, c.o = 13; });
  add([](Case &c) { c.n = 3, c.h = 17, c.w = 25, c.c = 33, c.o = 47; });
  add([](Case &c) { c.h = c.w = 4, c.c = 256, c.o = 128; });
  add([](Case &c) { c.n = 2, c.o = 3, c.bias = false; });
  add([](Case &c) { c.top = c.left = 0; });
  add([](Case &c) { c.top = c.left = c.bottom = c.right = 0, c.h = 3, c.w = 9; });
  add([](Case &c) { c.top = 2, c.left = 0, c.bottom = 5, c.right = 3, c.h = c.w = 5; });
  add([](Case &c) { c.o = 80, c.n = 5; });   // panels of 3 and 2 vectors
  add([](Case &c) { c.o = 112, c.h = 31; }); // of 4 and 3
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Shapes, Winograd, testing::ValuesIn(winogradShapes()));
INSTANTIATE_TEST_SUITE_P(Epilogues, Winograd, testing::ValuesIn(epilogueCases(16, 32)));
INSTANTIATE_TEST_SUITE_P(OddEpilogues, Winograd, testing::ValuesIn(epilogueCases(12, 24)));

// The same bits, however many threads there are.
TEST(WinogradThreads, ChangeNoBit) {
  if (!__builtin_cpu_supports("avx512f"))
    GTEST_SKIP() << "needs AVX-512";
  for (uint64_t size : {8, 48}) { // few tiles, which threads share, and many
    Case c;
    c.h = c.w = size;
    c.c = 20, c.o = 36;
    std::vector<std::vector<float>> results;
    for (int threads : {1, 2, 3})
      errorOfConv(c, ConvolutionChoice::Winograd, nullptr, threads, &results.emplace_back());
    EXPECT_EQ(results[0], results[1]);
    EXPECT_EQ(results[0], results[2]);
  }
}

} // namespace
