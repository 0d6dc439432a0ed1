// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Steps large enough to be cut into slabs: right, and with the same bits whatever the number of threads is.

#include "model_builder.h"
#include "window.h"

#include "runtime/device/cpu/convolution_slabs.h"
#include "runtime/device/cpu/cpu_device.h"
#include "runtime/session/session.h"

#include <gtest/gtest.h>

using namespace dpsims;
using namespace dpsims::test;

namespace {

using Floats = std::vector<float>;

std::vector<Floats> runWith(int threads, const std::shared_ptr<const CompiledModel> &model,
                            const std::vector<const void *> &inputs, const std::vector<uint64_t> &sizes,
                            const std::vector<Floats> &constants, ConvolutionChoice choice) {
  DeviceOptions options;
  options.convolution = choice;
  std::unique_ptr<Device> device = createCpuDevice(options, threads);
  MemoryWeights weights;
  weights.values = constants;
  Session session(model, model->entry(""), *device, &weights);
  std::vector<Floats> results;
  std::vector<void *> outputs;
  for (uint64_t size : sizes)
    outputs.push_back(results.emplace_back(size, NAN).data());
  for (int i = 0; i < 2; ++i) // the second time with workspace that is no longer zero
    session.run(inputs, outputs);
  return results;
}

// The results of 1 thread, after 2, 3 and 4 had the same bits.
std::vector<Floats> sameBits(ModelBuilder &builder, const std::vector<const void *> &inputs,
                             const std::vector<uint64_t> &sizes, const std::vector<Floats> &constants,
                             ConvolutionChoice choice = ConvolutionChoice::Direct) {
  const std::shared_ptr<const CompiledModel> model = builder.load();
  const std::vector<Floats> one = runWith(1, model, inputs, sizes, constants, choice);
  for (int threads : {2, 3, 4})
    EXPECT_EQ(runWith(threads, model, inputs, sizes, constants, choice), one) << threads << " threads";
  return one;
}

class ThreadBits : public testing::TestWithParam<Window> {
protected:
  const Window c = GetParam();
  const Floats src = randomValues(countOf(c.src()), 1), weights = randomValues(countOf(c.weights()), 2);
  const Floats gradient = randomValues(countOf(c.dst()), 3);

  // A convolution and both of its gradients.
  std::vector<Floats> compute(ConvolutionChoice choice) const {
    ModelBuilder builder;
    const uint32_t x = builder.input("x", c.src()), dy = builder.input("dy", c.dst());
    const uint32_t w = builder.weight("weight", c.weights());
    auto conv = tableOf<format::ConvT>(c);
    conv.src = x, conv.weights = w, conv.dst = builder.output("y", c.dst());
    builder.step(builder.main(), std::move(conv), "conv");
    auto input = tableOf<format::ConvInputGradientT>(c);
    input.gradient = dy, input.weights = w, input.dst = builder.output("dx", c.src());
    builder.step(builder.main(), input, "input gradient");
    auto weight = tableOf<format::ConvWeightGradientT>(c);
    weight.src = x, weight.gradient = dy, weight.dst = builder.output("dw", c.weights());
    builder.step(builder.main(), weight, "weight gradient");
    return sameBits(builder, {src.data(), gradient.data()}, {gradient.size(), src.size(), weights.size()}, {weights},
                    choice);
  }
};

TEST_P(ThreadBits, OfConvolutionsAreTheSame) {
  std::vector<double> y(gradient.size()), dx(src.size()), dw(weights.size());
  forEachProduct(c, [&](uint64_t s, uint64_t w, uint64_t d) {
    y[d] += double(src[s]) * double(weights[w]);
    dx[s] += double(gradient[d]) * double(weights[w]);
    dw[w] += double(gradient[d]) * double(src[s]);
  });
  const std::vector<Floats> results = compute(ConvolutionChoice::Direct);
  EXPECT_LT(relativeError(results[0], y), 1e-6);
  EXPECT_LT(relativeError(results[1], dx), 1e-6);
  EXPECT_LT(relativeError(results[2], dw), 1e-6);
}

TEST_P(ThreadBits, OfWinogradsAreTheSame) { compute(ConvolutionChoice::Winograd); }

std::vector<Window> largeWindows() {
  return {
      Window().kernel(1, 1, 0, 0).images(2, 48, 50).channels(96, 128), // slabs of pixels, the last one smaller
      Window().images(1, 90, 40).channels(72, 64),                     // of rows
      Window().images(5, 12, 12).channels(96, 80),                     // of images
      Window().kernel(3, 2, 1, 1).images(1, 64, 64).channels(64, 128),
      Window().kernel(3, 2, 0, 1).images(2, 66, 62).channels(32, 96), // "same" of TensorFlow
      Window().kernel(4, 4, 0, 0).images(1, 160, 126).channels(24, 96),
      Window().kernel(7, 1, 3, 3).images(1, 160, 64).depthwise(64),
      Window().kernel(5, 2, 1, 2).images(1, 128, 128).depthwise(48),
      Window().kernel(3, 1, 0, 0).images(1, 90, 40).channels(64, 64, 2),
  };
}

INSTANTIATE_TEST_SUITE_P(Large, ThreadBits, testing::ValuesIn(largeWindows()));

// The cases above are cut, and slabs cover the whole once.
TEST(ConvolutionSlabs, CoverResults) {
  for (const Window &c : largeWindows()) {
    ConvSizes sizes{};
    sizes.batch = int64_t(c.n), sizes.inHeight = int64_t(c.h), sizes.inWidth = int64_t(c.w);
    sizes.inChannels = int64_t(c.c), sizes.outChannels = int64_t(c.o), sizes.groups = c.groups;
    sizes.outHeight = int64_t(c.outH()), sizes.outWidth = int64_t(c.outW());
    sizes.kernelHeight = int64_t(c.kh), sizes.kernelWidth = int64_t(c.kw);
    sizes.strideH = c.strideH, sizes.strideW = c.strideW;
    sizes.padTop = c.top, sizes.padLeft = c.left, sizes.padBottom = c.bottom, sizes.padRight = c.right;
    uint64_t next = 0;
    const std::vector<ConvSlab> slabs = slabsOfResult(sizes);
    EXPECT_GT(slabs.size(), 1u) << c;
    for (const ConvSlab &slab : slabs) {
      EXPECT_EQ(slab.dst, next) << c;
      next += slab.sizes.outputCount();
    }
    EXPECT_EQ(next, sizes.outputCount()) << c;
    next = 0;
    for (const ConvSlab &slab : slabsOfInput(sizes)) {
      EXPECT_EQ(slab.src, next) << c;
      next += slab.sizes.inputCount();
    }
    EXPECT_EQ(next, sizes.inputCount()) << c;
  }
}

struct MatmulCase {
  uint64_t batch, m, n, k;
  bool transposeA, transposeB, shared, constant;
};

class MatmulBits : public testing::TestWithParam<MatmulCase> {};

double product(const MatmulCase &c, const Floats &a, const Floats &b, uint64_t batch, uint64_t row, uint64_t column) {
  double sum = 0;
  for (uint64_t j = 0; j < c.k; ++j)
    sum += double(a[batch * c.m * c.k + (c.transposeA ? j * c.m + row : row * c.k + j)]) *
           double(b[(c.shared ? 0 : batch * c.k * c.n) + (c.transposeB ? column * c.k + j : j * c.n + column)]);
  return sum;
}

// With a bias and a residual.
TEST_P(MatmulBits, AreTheSame) {
  const MatmulCase &c = GetParam();
  const Floats a = randomValues(c.batch * c.m * c.k, 1), b = randomValues((c.shared ? 1 : c.batch) * c.n * c.k, 2);
  const Floats residual = randomValues(c.batch * c.m * c.n, 3), bias = randomValues(c.n, 4);
  ModelBuilder builder;
  format::MatmulT matmul;
  matmul.batch = c.batch, matmul.m = c.m, matmul.n = c.n, matmul.k = c.k;
  matmul.transpose_a = c.transposeA, matmul.transpose_b = c.transposeB, matmul.shared_b = c.shared;
  matmul.epilogue = std::make_unique<format::EpilogueT>();
  matmul.a = builder.input("a", {c.batch, c.transposeA ? c.k : c.m, c.transposeA ? c.m : c.k});
  Dims bDims = c.transposeB ? Dims{c.n, c.k} : Dims{c.k, c.n};
  if (!c.shared)
    bDims.insert(bDims.begin(), c.batch);
  std::vector<const void *> inputs{a.data()};
  std::vector<Floats> constants;
  matmul.b = c.constant ? builder.weight("b", bDims) : builder.input("b", bDims);
  if (c.constant)
    constants.push_back(b);
  else
    inputs.push_back(b.data());
  matmul.bias = static_cast<int32_t>(builder.weight("bias", {c.n}));
  constants.push_back(bias);
  matmul.residual = static_cast<int32_t>(builder.input("residual", {c.batch, c.m, c.n}));
  inputs.push_back(residual.data());
  matmul.dst = builder.output("y", {c.batch, c.m, c.n});
  builder.step(builder.main(), std::move(matmul), "matmul");
  const Floats y = sameBits(builder, inputs, {residual.size()}, constants)[0];
  std::vector<double> right;
  for (uint64_t i = 0; i < y.size(); ++i)
    right.push_back(product(c, a, b, i / (c.m * c.n), i / c.n % c.m, i % c.n) + double(bias[i % c.n]) +
                    double(residual[i]));
  EXPECT_LT(relativeError(y, right), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Large, MatmulBits,
                         testing::Values(MatmulCase{2, 300, 192, 256, false, false, true, true},
                                         MatmulCase{1, 700, 129, 250, false, true, true, false},
                                         MatmulCase{1, 512, 256, 300, true, false, true, false},
                                         MatmulCase{12, 150, 130, 80, false, true, false, false},
                                         MatmulCase{3, 400, 150, 160, false, false, false, false}));

} // namespace
