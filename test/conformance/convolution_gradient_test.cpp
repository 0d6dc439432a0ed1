// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both gradients of convolutions, against plain loops in f64.

#include "device.h"
#include "window.h"

#include <gtest/gtest.h>

using namespace dpsims;
using namespace dpsims::test;

namespace {

// Where the convolution's weights come from.
enum class From { Constant, Variable, Arena };

struct Case {
  Window window;
  From from = From::Variable;
  ProductTypes types = {};
};

std::ostream &operator<<(std::ostream &stream, const Case &c) {
  return stream << c.window << " weights " << int(c.from) << c.types;
}

struct Data {
  std::vector<float> src, weights, gradient;

  Data(const Window &c, format::ElementType type)
      : src(rounded(randomValues(countOf(c.src()), 1), type)),
        weights(rounded(randomValues(countOf(c.weights()), 2), type)),
        gradient(rounded(randomValues(countOf(c.dst()), 3), type)) {}
};

// The weights' buffer; those of the arena are made by a product with the unit matrix, which changes no bit.
uint32_t weightsOf(ModelBuilder &builder, const Case &c) {
  if (c.from == From::Constant)
    return builder.weight("weight", c.window.weights(), "normal", c.types.factors);
  uint32_t variable = builder.variable("weight", c.window.weights(), "normal", c.types.factors);
  if (c.from == From::Variable)
    return variable;
  format::MatmulT copy;
  copy.a = variable;
  copy.b = builder.weight("one", {1, 1}, "ones", c.types.factors);
  copy.m = countOf(c.window.weights());
  copy.n = copy.k = 1;
  copy.dst = builder.temporary(c.window.weights(), c.types.factors);
  builder.step(builder.main(), copy, "copy");
  return copy.dst;
}

ModelBuilder build(const Case &c) {
  ModelBuilder builder = modelForDevice();
  uint32_t x = builder.input("x", c.window.src(), c.types.factors);
  uint32_t dy = builder.input("dy", c.window.dst(), c.types.factors);
  auto input = tableOf<format::ConvInputGradientT>(c.window);
  input.gradient = dy;
  input.weights = weightsOf(builder, c);
  input.dst = builder.output("dx", c.window.src(), c.types.result);
  builder.step(builder.main(), input, "input gradient");
  auto weight = tableOf<format::ConvWeightGradientT>(c.window);
  weight.src = x;
  weight.gradient = dy;
  weight.dst = builder.output("dw", c.window.weights(), c.types.result);
  builder.step(builder.main(), weight, "weight gradient");
  return builder;
}

class ConvolutionGradient : public testing::TestWithParam<Case> {};

TEST_P(ConvolutionGradient, MatchesLoops) {
  const Case &c = GetParam();
  Data data(c.window, c.types.factors);
  std::vector<double> dx(data.src.size()), dw(data.weights.size());
  forEachProduct(c.window, [&](uint64_t s, uint64_t w, uint64_t d) {
    dx[s] += double(data.gradient[d]) * double(data.weights[w]);
    dw[w] += double(data.gradient[d]) * double(data.src[s]);
  });
  std::vector<std::vector<float>> weights{data.weights};
  if (c.from == From::Arena)
    weights.push_back({1});
  RunResult result = runOnDevice(build(c), {data.src, data.gradient}, weights);
  EXPECT_LT(relativeError(result.outputs[0], dx), tolerance(c.types.result)) << "of the input";
  // cuDNN gives gradients of weights in the type of its operands.
  const bool isRounded = device().target() == "cuda" && c.types.factors == format::ElementType::BF16;
  EXPECT_LT(relativeError(result.outputs[1], dw), tolerance(isRounded ? c.types.factors : c.types.result))
      << "of the weights";
}

std::vector<Case> shapes() {
  std::vector<Case> cases;
  for (const Window &window : allWindows())
    cases.push_back({window, From::Variable, {}});
  for (From from : {From::Constant, From::Arena})
    for (const Window &window : {Window(), Window().channels(5, 13), Window().kernel(1, 1, 0, 0)})
      cases.push_back({window, from, {}});
  return cases;
}

std::vector<Case> narrow() {
  std::vector<Case> cases;
  for (Case c : shapes())
    for (ProductTypes types : narrowTypes) {
      c.types = types;
      cases.push_back(c);
    }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Narrow, ConvolutionGradient, testing::ValuesIn(narrow()));

INSTANTIATE_TEST_SUITE_P(Shapes, ConvolutionGradient, testing::ValuesIn(shapes()));

} // namespace
