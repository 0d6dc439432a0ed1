// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions of the CPU device against plain loops in f64.

#include "model_builder.h"

#include "runtime/model/session.h"

#include <gtest/gtest.h>

using namespace dpsims;
using namespace dpsims::test;
using Kind = format::Activation;

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
                << c.right << " " << format::EnumNameActivation(c.activation) << " residual " << int(c.residual);
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
  conv.epilogue->activation = c.activation;
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

double errorOfConv(const Case &c, ConvolutionChoice choice, std::string *implementation = nullptr) {
  Data data(c);
  std::shared_ptr<const CompiledModel> model = build(c);
  DeviceOptions options;
  options.threads = 2;
  options.convolution = choice;
  std::unique_ptr<Device> device = createDevice(Target::Cpu, options);
  MemoryWeights weights;
  weights.values = {data.weights, data.bias};
  Session session(model, model->entry(""), *device, &weights);
  std::vector<float> y(countOf(c.dst()), NAN);
  session.run({data.src.data(), data.residual.data()}, {y.data()});
  if (implementation)
    *implementation = session.plan().implementation(model->entries[0].main.steps.size() - 1);
  return relativeError(y, reference(c, data));
}

class Convolution : public testing::TestWithParam<Case> {};

TEST_P(Convolution, DirectMatchesLoops) { EXPECT_LT(errorOfConv(GetParam(), ConvolutionChoice::Direct), 1e-6); }

class Winograd : public testing::TestWithParam<Case> {};

TEST_P(Winograd, MatchesLoops) {
  std::string implementation;
  EXPECT_LT(errorOfConv(GetParam(), ConvolutionChoice::Winograd, &implementation), 1e-5);
  if (__builtin_cpu_supports("avx512f")) {
    EXPECT_NE(implementation.find("wino"), std::string::npos) << implementation;
  }
}

TEST_P(Winograd, MeasuredChoiceMatchesLoops) { EXPECT_LT(errorOfConv(GetParam(), ConvolutionChoice::Auto), 1e-5); }

std::vector<Case> shapeCases() {
  std::vector<Case> cases;
  auto add = [&](auto change) {
    Case c;
    change(c);
    cases.push_back(c);
  };
  add([](Case &) {});
  add([](Case &c) { c.c = 5, c.o = 13; });
  add([](Case &c) { c.c = 1, c.o = 1, c.bias = false; });
  add([](Case &c) { c.n = 3, c.h = 9, c.w = 5, c.c = 17, c.o = 33; });
  add([](Case &c) { c.kh = c.kw = 1, c.top = c.left = c.bottom = c.right = 0, c.o = 40; });
  add([](Case &c) { c.kh = c.kw = 4, c.stride = 4, c.top = c.left = c.bottom = c.right = 0, c.c = 3; });
  add([](Case &c) { c.kh = c.kw = 2, c.stride = 2, c.top = c.left = c.bottom = c.right = 0; });
  add([](Case &c) { c.stride = 2, c.top = c.left = 0; }); // "same" of TensorFlow
  add([](Case &c) { c.kh = c.kw = 5, c.stride = 2, c.top = c.left = 1, c.bottom = c.right = 2; });
  add([](Case &c) { c.kh = 1, c.left = c.right = 1, c.top = c.bottom = 0; });
  add([](Case &c) { c.groups = 16; });
  add([](Case &c) { c.c = c.o = c.groups = 13, c.stride = 2; });
  add([](Case &c) { c.c = c.o = c.groups = 24, c.kh = c.kw = 7, c.top = c.left = c.bottom = c.right = 3; });
  add([](Case &c) {
    c.c = c.o = c.groups = 24, c.kh = c.kw = 5, c.stride = 2, c.top = c.left = 1, c.bottom = c.right = 2;
  });
  add([](Case &c) { c.c = 20, c.o = 30, c.groups = 5; });
  add([](Case &c) { c.c = 32, c.o = 64, c.groups = 2; });
  add([](Case &c) { c.h = c.w = 2, c.kh = c.kw = 7, c.top = c.left = c.bottom = c.right = 3; });
  return cases;
}

std::vector<Case> epilogueCases(uint64_t size, uint64_t channels) {
  std::vector<Case> cases;
  for (Kind activation : format::EnumValuesActivation())
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
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Shapes, Convolution, testing::ValuesIn(shapeCases()));
INSTANTIATE_TEST_SUITE_P(Epilogues, Convolution, testing::ValuesIn(epilogueCases(8, 16)));
INSTANTIATE_TEST_SUITE_P(OddEpilogues, Convolution, testing::ValuesIn(epilogueCases(5, 7)));
INSTANTIATE_TEST_SUITE_P(Shapes, Winograd, testing::ValuesIn(winogradShapes()));
INSTANTIATE_TEST_SUITE_P(Epilogues, Winograd, testing::ValuesIn(epilogueCases(16, 32)));
INSTANTIATE_TEST_SUITE_P(OddEpilogues, Winograd, testing::ValuesIn(epilogueCases(12, 24)));

// Two convolutions of one input share its blocked form; a write to the input between them must not go unnoticed.
TEST(WinogradSource, IsReadAgainAfterAWrite) {
  Case c;
  c.h = c.w = 16;
  c.c = c.o = 32;
  Data data(c);
  ModelBuilder builder;
  uint32_t x = builder.input("x", c.src());
  uint32_t weights = builder.weight("weight", c.weights());
  uint32_t held = builder.temporary(c.src());
  builder.launch("copy", countOf(c.src()), {x, held});
  std::vector<uint32_t> results;
  for (int i = 0; i < 3; ++i) {
    if (i == 2)
      builder.launch("add", countOf(c.src()), {x, held, held});
    results.push_back(builder.output("y" + std::to_string(i), c.dst()));
    format::ConvT conv = convOf(c);
    conv.src = held;
    conv.weights = weights;
    conv.dst = results.back();
    builder.step(builder.main(), std::move(conv), "conv");
  }
  std::shared_ptr<const CompiledModel> model = builder.load();
  DeviceOptions options;
  options.convolution = ConvolutionChoice::Winograd;
  std::unique_ptr<Device> device = createDevice(Target::Cpu, options);
  MemoryWeights memory;
  memory.values = {data.weights};
  Session session(model, model->entry(""), *device, &memory);
  if (__builtin_cpu_supports("avx512f")) {
    EXPECT_EQ(session.plan().implementation(1).find("shared"), std::string::npos);
    EXPECT_NE(session.plan().implementation(2).find("shared"), std::string::npos);
    EXPECT_EQ(session.plan().implementation(4).find("shared"), std::string::npos);
  }
  std::vector<std::vector<float>> y(3, std::vector<float>(countOf(c.dst())));
  for (int run = 0; run < 2; ++run) {
    session.run({data.src.data()}, {y[0].data(), y[1].data(), y[2].data()});
    c.bias = false;
    std::vector<double> expected = reference(c, data);
    EXPECT_LT(relativeError(y[0], expected), 1e-5);
    EXPECT_EQ(y[0], y[1]);
    for (double &value : expected)
      value *= 2;
    EXPECT_LT(relativeError(y[2], expected), 1e-5);
  }
}

} // namespace
