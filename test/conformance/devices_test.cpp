// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Devices in one process, each with an index of its own, that work at the same time.

#include "device.h"

#include "runtime/device/registry.h"

#include <gtest/gtest.h>

#include <thread>

using namespace dpsims;
using namespace dpsims::test;

namespace {

constexpr uint64_t size = 12, channels = 8, count = size * size * channels;
using Floats = std::vector<float>;

// x -> convolution -> y; total = total + the convolution.
ModelBuilder network() {
  ModelBuilder builder = modelForDevice();
  Dims image{1, size, size, channels};
  format::ConvT conv;
  conv.src = builder.input("x", image);
  conv.weights = builder.weight("weight", {channels, channels, 3, 3}, "xavier_normal");
  conv.dst = builder.output("y", image);
  conv.pad_top = conv.pad_left = conv.pad_bottom = conv.pad_right = 1;
  conv.epilogue = std::make_unique<format::EpilogueT>();
  conv.epilogue->activation = static_cast<uint8_t>(Activation::Silu);
  builder.step(builder.main(), std::move(conv), "conv2d");
  return builder;
}

struct Opened {
  explicit Opened(int index)
      : device(openDevice(index)), session(model, model->entry(""), *device, &weights, /*depth=*/2) {}

  void submit(const Floats &x) { session.submit({x.data()}, {y.data()}); }
  const Floats &collect() {
    session.collect();
    return y;
  }
  const Floats &run(const Floats &x) {
    submit(x);
    return collect();
  }

  std::shared_ptr<const CompiledModel> model = network().load();
  InitialWeights weights{*model, 1};
  std::unique_ptr<Device> device;
  Session session;
  Floats y = Floats(count);
};

// Two devices if there are so many, else one that is opened twice.
int second() { return deviceKind(device().target()).count() > 1 ? 1 : 0; }

TEST(Devices, WorkInTurns) {
  const Floats x = randomValues(count, 1), other = randomValues(count, 2);
  Opened a(0), b(second());
  const Floats right = a.run(x), otherRight = a.run(other);
  for (int i = 0; i < 3; ++i) {
    a.submit(x);
    b.submit(other);
    EXPECT_EQ(a.collect(), right);
    EXPECT_EQ(b.collect(), otherRight);
  }
}

TEST(Devices, WorkOnThreads) {
  const Floats x = randomValues(count, 1), other = randomValues(count, 2);
  Opened a(0), b(second());
  const Floats right = a.run(x), otherRight = a.run(other);
  std::thread beside([&] {
    for (int i = 0; i < 5; ++i)
      EXPECT_EQ(b.run(other), otherRight);
  });
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(a.run(x), right);
  beside.join();
}

} // namespace
