// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Devices with different numbers of threads in one process, which they leave as it was.

#include "model_builder.h"
#include "support.h"

#include "runtime/session/session.h"

#include <gtest/gtest.h>

#include <omp.h>
#include <thread>

using namespace dpsims;
using namespace dpsims::test;

namespace {

constexpr uint64_t size = 48, channels = 32, count = size * size * channels;
using Floats = std::vector<float>;

// x -> convolution -> y, with how a kernel's grid of 7 is cut: not at all for one thread.
ModelBuilder network() {
  ModelBuilder builder;
  Dims image{1, size, size, channels};
  format::ConvT conv;
  conv.src = builder.input("x", image);
  conv.weights = builder.weight("weight", {channels, channels, 3, 3}, "xavier_normal");
  conv.bias = static_cast<int32_t>(builder.weight("bias", {channels}, "normal"));
  conv.dst = builder.output("y", image);
  conv.pad_top = conv.pad_left = conv.pad_bottom = conv.pad_right = 1;
  conv.epilogue = std::make_unique<format::EpilogueT>();
  conv.epilogue->activation = static_cast<uint8_t>(Activation::Gelu);
  builder.step(builder.main(), std::move(conv), "conv2d");
  builder.launch("share", 7, {builder.output("shares", {1 << 16}, format::ElementType::I32)});
  return builder;
}

// A session on a device of its own.
struct Opened {
  Opened(std::shared_ptr<const CompiledModel> compiled, int threads, ConvolutionChoice choice)
      : model(std::move(compiled)), device(open(threads, choice)), weights(*model, 1),
        session(model, model->entry(""), *device, &weights) {}

  static std::unique_ptr<Device> open(int threads, ConvolutionChoice choice) {
    DeviceOptions options;
    options.threads = threads;
    options.convolution = choice;
    return createDevice("cpu", options);
  }

  Floats run(const Floats &x) {
    Floats y(count);
    session.run({x.data()}, {y.data(), shares.data()});
    return y;
  }
  std::vector<int32_t> firstShares() const { return {shares.begin(), shares.begin() + 7}; }

  std::shared_ptr<const CompiledModel> model;
  std::unique_ptr<Device> device;
  InitialWeights weights;
  Session session;
  std::vector<int32_t> shares = std::vector<int32_t>(1 << 16);
};

const std::vector<int32_t> sharesOfOne(7, 7), sharesOfTwo(7, 1);

class Threads : public testing::TestWithParam<ConvolutionChoice> {
protected:
  std::shared_ptr<const CompiledModel> model = network().load();
  const Floats x = randomValues(count, 1), other = randomValues(count, 2);
  // Alone, before there is another session.
  const Floats right = Opened(model, 1, GetParam()).run(x), otherRight = Opened(model, 2, GetParam()).run(other);
};

TEST_P(Threads, DifferSideBySide) {
  Opened one(model, 1, GetParam()), two(model, 2, GetParam());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(one.run(x), right);
    EXPECT_EQ(one.firstShares(), sharesOfOne);
    EXPECT_EQ(two.run(other), otherRight);
    EXPECT_EQ(two.firstShares(), sharesOfTwo);
  }
}

TEST_P(Threads, DifferAtOnce) {
  Opened one(model, 1, GetParam()), two(model, 2, GetParam());
  Floats first, second;
  auto repeat = [](Opened &run, const Floats &from, Floats &to) {
    for (int i = 0; i < 20; ++i)
      to = run.run(from);
  };
  std::thread beside([&] { repeat(one, x, first); });
  repeat(two, other, second);
  beside.join();
  EXPECT_EQ(first, right);
  EXPECT_EQ(second, otherRight);
  EXPECT_EQ(one.firstShares(), sharesOfOne);
  EXPECT_EQ(two.firstShares(), sharesOfTwo);
}

// A session may run on another thread than the one that made it.
TEST_P(Threads, AreTheDevicesOnEveryThread) {
  Opened two(model, 2, GetParam());
  Floats y;
  std::thread([&] { y = two.run(other); }).join();
  EXPECT_EQ(y, otherRight);
  EXPECT_EQ(two.firstShares(), sharesOfTwo);
}

TEST_P(Threads, OfTheCallerStayAsTheyWere) {
  const int before = omp_get_max_threads();
  omp_set_num_threads(5);
  omp_set_dynamic(1);
  {
    Opened two(model, 2, GetParam());
    EXPECT_EQ(omp_get_max_threads(), 5);
    two.run(x);
    EXPECT_EQ(omp_get_max_threads(), 5);
    EXPECT_EQ(omp_get_dynamic(), 1);
    EXPECT_EQ(two.firstShares(), sharesOfTwo);
  }
  omp_set_dynamic(0);
  omp_set_num_threads(before);
}

INSTANTIATE_TEST_SUITE_P(Convolutions, Threads,
                         testing::Values(ConvolutionChoice::Direct, ConvolutionChoice::Winograd));

} // namespace
