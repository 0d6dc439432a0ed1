// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions with every epilogue, against plain loops in f64.

#include "device.h"
#include "window.h"

#include <gtest/gtest.h>

using namespace dpsims;
using namespace dpsims::test;
using Kind = Activation;

namespace {

enum class Residual { None, Separate, InPlace };

// Where the weights come from: packed once at load, or read on every run.
enum class From { Constant, Variable };

struct Case {
  Window window;
  bool bias = true;
  Kind activation = Kind::None;
  float alpha = 0, beta = 0;
  Residual residual = Residual::None;
  From from = From::Constant;
  uint64_t offset = 0; // bytes by which src and the residual are off a round address
  ProductTypes types;
};

std::ostream &operator<<(std::ostream &stream, const Case &c) {
  return stream << c.window << (c.bias ? " bias " : " ") << name(c.activation) << " residual " << int(c.residual)
                << " weights " << int(c.from) << " offset " << c.offset << c.types;
}

struct Data {
  std::vector<float> src, weights, bias, residual;

  explicit Data(const Window &c, ProductTypes types)
      : src(rounded(randomValues(countOf(c.src()), 1), types.factors)),
        weights(rounded(randomValues(countOf(c.weights()), 2), types.factors)), bias(randomValues(c.o, 3)),
        residual(rounded(randomValues(countOf(c.dst()), 4), types.result)) {}
};

std::vector<double> reference(const Case &c, const Data &data) {
  std::vector<double> result(data.residual.size());
  for (size_t i = 0; c.bias && i < result.size(); ++i)
    result[i] = double(data.bias[i % c.window.o]);
  forEachProduct(c.window, [&](uint64_t s, uint64_t w, uint64_t d) {
    result[d] += double(data.src[s]) * double(data.weights[w]);
  });
  for (size_t i = 0; i < result.size(); ++i) {
    result[i] = activate(c.activation, result[i], double(c.alpha), double(c.beta));
    result[i] += c.residual == Residual::None ? 0.0 : double(data.residual[i]);
  }
  return result;
}

uint64_t sizeOf(format::ElementType type) { return type == format::ElementType::BF16 ? 2 : 4; }

// An input of these elements, which begin `offset` bytes into it.
uint32_t inputAt(ModelBuilder &builder, const std::string &name, const Dims &shape, uint64_t offset,
                 format::ElementType type) {
  builder.input(name, {countOf(shape) + offset / sizeOf(type)}, type);
  uint32_t index = static_cast<uint32_t>(builder.entry().inputs.size() - 1);
  return builder.buffer(builder.main(), format::Space::Input, index, offset, shape, type);
}

std::vector<float> shifted(const std::vector<float> &values, uint64_t offset, format::ElementType type) {
  std::vector<float> result(offset / sizeOf(type), NAN);
  result.insert(result.end(), values.begin(), values.end());
  return result;
}

std::vector<float> run(const Case &c, const Data &data) {
  ModelBuilder builder = modelForDevice();
  format::ConvT conv = tableOf<format::ConvT>(c.window);
  std::vector<std::vector<float>> inputs{shifted(data.src, c.offset, c.types.factors)}, weights{data.weights};
  conv.src = inputAt(builder, "x", c.window.src(), c.offset, c.types.factors);
  conv.weights = c.from == From::Constant ? builder.weight("weight", c.window.weights(), "normal", c.types.factors)
                                          : builder.variable("weight", c.window.weights(), "normal", c.types.factors);
  if (c.bias) {
    conv.bias = static_cast<int32_t>(builder.weight("bias", {c.window.o}));
    weights.push_back(data.bias);
  }
  if (c.residual == Residual::InPlace) {
    conv.dst = builder.variable("residual", c.window.dst(), "normal", c.types.result);
    conv.residual = static_cast<int32_t>(conv.dst);
    weights.push_back(data.residual);
  } else {
    conv.dst = builder.output("y", c.window.dst(), c.types.result);
  }
  if (c.residual == Residual::Separate) {
    conv.residual = static_cast<int32_t>(inputAt(builder, "residual", c.window.dst(), c.offset, c.types.result));
    inputs.push_back(shifted(data.residual, c.offset, c.types.result));
  }
  conv.epilogue = std::make_unique<format::EpilogueT>();
  conv.epilogue->activation = static_cast<uint8_t>(c.activation);
  conv.epilogue->alpha = c.alpha;
  conv.epilogue->beta = c.beta;
  builder.step(builder.main(), std::move(conv), "conv");
  RunResult result = runOnDevice(builder, inputs, weights);
  return c.residual == Residual::InPlace ? result.variables.back() : result.outputs[0];
}

class Convolution : public testing::TestWithParam<Case> {};

TEST_P(Convolution, MatchesLoops) {
  const Case &c = GetParam();
  Data data(c.window, c.types);
  EXPECT_LT(relativeError(run(c, data), reference(c, data)), tolerance(c.types.result));
}

std::vector<Case> shapes() {
  std::vector<Case> cases;
  for (const Window &window : allWindows())
    for (From from : {From::Constant, From::Variable}) {
      Case c;
      c.window = window;
      c.bias = window.c != 1;
      c.from = from;
      cases.push_back(c);
    }
  return cases;
}

std::vector<Case> epilogues() {
  std::vector<Case> cases;
  for (const Window &window : {Window(), Window().images(3, 5, 5).channels(7, 7)})
    for (Kind activation : activations)
      for (Residual residual : {Residual::None, Residual::Separate, Residual::InPlace})
        for (bool bias : {true, false}) {
          Case c;
          c.window = window;
          c.bias = bias;
          c.activation = activation;
          c.alpha = activation == Kind::Clamp ? -1.5f : 0.2f;
          c.beta = 6;
          c.residual = residual;
          cases.push_back(c);
        }
  return cases;
}

std::vector<Case> offsets() {
  std::vector<Case> cases;
  for (uint64_t offset : {4, 8, 16, 64})
    for (Residual residual : {Residual::None, Residual::Separate}) {
      Case c;
      c.offset = offset;
      c.residual = residual;
      cases.push_back(c);
    }
  return cases;
}

// All of the above in bf16.
std::vector<Case> narrow() {
  std::vector<Case> cases;
  for (const std::vector<Case> &wide : {shapes(), epilogues(), offsets()})
    for (Case c : wide)
      for (ProductTypes types : narrowTypes) {
        c.types = types;
        cases.push_back(c);
      }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Narrow, Convolution, testing::ValuesIn(narrow()));
INSTANTIATE_TEST_SUITE_P(Shapes, Convolution, testing::ValuesIn(shapes()));
INSTANTIATE_TEST_SUITE_P(Epilogues, Convolution, testing::ValuesIn(epilogues()));
INSTANTIATE_TEST_SUITE_P(Offsets, Convolution, testing::ValuesIn(offsets()));

} // namespace
