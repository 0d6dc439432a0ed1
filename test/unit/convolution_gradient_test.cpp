// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Gradients of convolutions on the CPU device against plain loops in f64.

#include "model_builder.h"
#include "window.h"

#include "runtime/device/cpu/cpu_device.h"
#include "runtime/session/session.h"

#include <gtest/gtest.h>

using namespace dpsims;
using namespace dpsims::test;

namespace {

// Where the convolution's weights come from.
enum class From { Constant, Variable, Arena };

struct Case : Window {
  From from = From::Variable;

  Case() { n = 2; }
};

std::ostream &operator<<(std::ostream &stream, const Case &c) {
  return stream << static_cast<const Window &>(c) << " weights " << int(c.from);
}

struct Results {
  std::vector<float> y, src, weights;
  std::string inputImplementation, weightImplementation;
};

// The convolution and both of its gradients.
Results compute(const Case &c, ConvolutionChoice choice, const std::vector<float> &src,
                const std::vector<float> &weights, const std::vector<float> &gradient, int threads = 2) {
  ModelBuilder builder;
  uint32_t x = builder.input("x", c.src()), dy = builder.input("dy", c.dst()), w = 0;
  if (c.from == From::Constant)
    w = builder.weight("weight", c.weights());
  else
    w = builder.variable("weight", c.weights());
  if (c.from == From::Arena) {
    uint32_t variable = w;
    w = builder.temporary(c.weights());
    builder.launch("copy", countOf(c.weights()), {variable, w});
  }
  auto conv = tableOf<format::ConvT>(c);
  conv.src = x;
  conv.weights = w;
  conv.dst = builder.output("y", c.dst());
  builder.step(builder.main(), std::move(conv), "conv");
  auto input = tableOf<format::ConvInputGradientT>(c);
  input.gradient = dy;
  input.weights = w;
  input.dst = builder.output("dx", c.src());
  builder.step(builder.main(), input, "input gradient");
  auto weight = tableOf<format::ConvWeightGradientT>(c);
  weight.src = x;
  weight.gradient = dy;
  weight.dst = builder.output("dw", c.weights());
  builder.step(builder.main(), weight, "weight gradient");

  std::shared_ptr<const CompiledModel> model = builder.load();
  DeviceOptions options;
  options.convolution = choice;
  std::unique_ptr<Device> device = createCpuDevice(options, threads);
  MemoryWeights memory;
  memory.values = {weights};
  Session session(model, model->entry(""), *device, &memory);
  Results results{std::vector<float>(countOf(c.dst()), NAN), std::vector<float>(src.size(), NAN),
                  std::vector<float>(weights.size(), NAN), "", ""};
  for (int i = 0; i < 2; ++i) // the second time with a workspace that is no longer zero
    session.run({src.data(), gradient.data()}, {results.y.data(), results.src.data(), results.weights.data()});
  size_t steps = model->entries[0].main.steps.size();
  results.inputImplementation = session.plan().implementation(steps - 2);
  results.weightImplementation = session.plan().implementation(steps - 1);
  return results;
}

Results check(const Case &c, ConvolutionChoice choice, double tolerance) {
  std::vector<float> src = randomValues(countOf(c.src()), 1), weights = randomValues(countOf(c.weights()), 2);
  std::vector<float> gradient = randomValues(countOf(c.dst()), 3);
  std::vector<double> y(gradient.size()), dx(src.size()), dw(weights.size());
  forEachProduct(c, [&](uint64_t s, uint64_t w, uint64_t d) {
    y[d] += double(src[s]) * double(weights[w]);
    dx[s] += double(gradient[d]) * double(weights[w]);
    dw[w] += double(gradient[d]) * double(src[s]);
  });
  Results results = compute(c, choice, src, weights, gradient);
  EXPECT_LT(relativeError(results.y, y), tolerance);
  EXPECT_LT(relativeError(results.src, dx), tolerance) << results.inputImplementation;
  EXPECT_LT(relativeError(results.weights, dw), tolerance) << results.weightImplementation;
  return results;
}

class ConvolutionGradient : public testing::TestWithParam<Case> {};

TEST_P(ConvolutionGradient, DirectMatchesLoops) {
  Results results = check(GetParam(), ConvolutionChoice::Direct, 1e-6);
  if (!__builtin_cpu_supports("avx512f"))
    return;
  EXPECT_EQ(results.inputImplementation.find("ref"), std::string::npos) << results.inputImplementation;
  EXPECT_EQ(results.weightImplementation.find("ref"), std::string::npos) << results.weightImplementation;
}

std::vector<Case> shapes() {
  std::vector<Case> cases;
  auto add = [&](auto change) {
    Case c;
    change(c);
    cases.push_back(c);
  };
  auto square = [](Case &c, uint64_t kernel, uint32_t stride, uint32_t before, uint32_t after) {
    c.kh = c.kw = kernel;
    c.strideH = c.strideW = stride;
    c.top = c.left = before;
    c.bottom = c.right = after;
  };
  auto depthwise = [](Case &c, uint32_t channels) { c.c = c.o = c.groups = channels; };
  for (From from : {From::Constant, From::Variable, From::Arena})
    add([&](Case &c) { c.from = from; });
  add([](Case &c) { c.c = 5, c.o = 13; });
  add([](Case &c) { c.c = 1, c.o = 1; });
  add([](Case &c) { c.n = 3, c.h = 9, c.w = 5, c.c = 17, c.o = 33; });
  add([](Case &c) { c.c = 11, c.o = 32; });
  add([](Case &c) { c.c = 32, c.o = 3; });
  add([&](Case &c) { square(c, 1, 1, 0, 0), c.o = 40; });
  add([&](Case &c) { square(c, 1, 2, 0, 0), c.o = 24; });
  add([&](Case &c) { square(c, 4, 4, 0, 0), c.c = 3; });
  add([&](Case &c) { square(c, 2, 2, 0, 0); });
  add([&](Case &c) { square(c, 3, 2, 1, 1), c.o = 24; });
  add([&](Case &c) { square(c, 3, 2, 0, 1), c.c = 3; }); // "same" of TensorFlow
  add([&](Case &c) { square(c, 5, 2, 1, 2); });
  add([&](Case &c) { square(c, 7, 2, 3, 3), c.c = 3, c.h = c.w = 12; });
  add([](Case &c) { c.kh = 1, c.top = c.bottom = 0, c.strideW = 2; });
  for (uint32_t channels : {13, 32, 40}) {
    add([&](Case &c) { depthwise(c, channels); });
    add([&](Case &c) { depthwise(c, channels), square(c, 3, 2, 0, 1); });
    add([&](Case &c) { depthwise(c, channels), square(c, 5, 1, 2, 2); });
    add([&](Case &c) { depthwise(c, channels), square(c, 5, 2, 1, 2); });
    add([&](Case &c) { depthwise(c, channels), square(c, 7, 1, 3, 3); });
  }
  add([](Case &c) { c.c = 20, c.o = 30, c.groups = 5; });
  add([](Case &c) { c.c = 32, c.o = 64, c.groups = 2; });
  add([](Case &c) { c.c = c.o = 64, c.groups = 16, c.strideH = c.strideW = 2; });
  add([&](Case &c) { square(c, 7, 1, 3, 3), c.h = c.w = 2; });
  return cases;
}

class WinogradGradient : public testing::TestWithParam<Case> {};

TEST_P(WinogradGradient, MatchesLoops) {
  Results results = check(GetParam(), ConvolutionChoice::Winograd, 4e-6);
  if (__builtin_cpu_supports("avx512f")) {
    EXPECT_EQ(results.inputImplementation, "winograd");
    EXPECT_EQ(results.weightImplementation, "winograd");
  }
}

TEST_P(WinogradGradient, MeasuredChoiceMatchesLoops) { check(GetParam(), ConvolutionChoice::Auto, 4e-6); }

TEST(WinogradThreads, ChangeNoBitOfAGradient) {
  if (!__builtin_cpu_supports("avx512f"))
    GTEST_SKIP() << "needs AVX-512";
  Case c;
  c.h = c.w = 40, c.c = 20, c.o = 36;
  std::vector<float> src = randomValues(countOf(c.src()), 1), weights = randomValues(countOf(c.weights()), 2);
  std::vector<float> gradient = randomValues(countOf(c.dst()), 3);
  Results one = compute(c, ConvolutionChoice::Winograd, src, weights, gradient, 1);
  for (int threads : {2, 3}) {
    Results other = compute(c, ConvolutionChoice::Winograd, src, weights, gradient, threads);
    EXPECT_EQ(one.src, other.src);
    EXPECT_EQ(one.weights, other.weights);
  }
}

std::vector<Case> winogradShapes() {
  std::vector<Case> cases;
  auto add = [&](auto change) {
    Case c;
    change(c);
    cases.push_back(c);
  };
  for (From from : {From::Constant, From::Variable, From::Arena})
    add([&](Case &c) { c.from = from; });
  add([](Case &c) { c.c = 5, c.o = 13; });
  add([](Case &c) { c.n = 3, c.h = 17, c.w = 25, c.c = 33, c.o = 47; });
  add([](Case &c) { c.h = c.w = 4, c.c = 80, c.o = 112; });
  add([](Case &c) { c.h = c.w = 32, c.n = 1, c.c = 64, c.o = 3; });
  add([](Case &c) { c.top = c.left = c.bottom = c.right = 0; });
  add([](Case &c) { c.top = 2, c.left = 0, c.bottom = 5, c.right = 3, c.h = c.w = 5; }); // more than 2: the image's end
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Shapes, WinogradGradient, testing::ValuesIn(winogradShapes()));
INSTANTIATE_TEST_SUITE_P(Shapes, ConvolutionGradient, testing::ValuesIn(shapes()));

} // namespace
