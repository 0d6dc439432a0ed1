// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sessions with runs in flight, on a device that does nothing before somebody waits.

#include "model_builder.h"
#include "queued_device.h"
#include "support.h"

#include "runtime/session/session.h"

#include <gtest/gtest.h>

using namespace dpsims;
using namespace dpsims::test;

namespace {

constexpr uint64_t size = 100;
using Floats = std::vector<float>;

// sum = x + y + total, total = total + x. `total` begins as 0.
ModelBuilder summing() {
  ModelBuilder builder;
  uint32_t x = builder.input("x", {size}), y = builder.input("y", {size});
  uint32_t total = builder.variable("total", {size}, "zeros"), both = builder.temporary({size});
  uint32_t sum = builder.output("sum", {size}), copied = builder.output("x", {size});
  builder.launch("add", size, {x, y, both}, "both");
  builder.launch("add", size, {both, total, sum}, "sum");
  builder.launch("add", size, {total, x, total}, "total");
  builder.launch("copy", size, {x, copied});
  return builder;
}

struct Result {
  Floats sum, x;
  bool operator==(const Result &other) const { return sum == other.sum && x == other.x; }
};

// The runs' results, `depth` in flight, all from and to the same host memory.
struct Runs {
  std::shared_ptr<const CompiledModel> model = summing().load();
  InitialWeights weights{*model, 1};
  Session session;
  Floats x = Floats(size), y = Floats(size), sum = Floats(size), copied = Floats(size);
  std::vector<Result> results;

  Runs(Device &device, size_t depth) : session(model, model->entry(""), device, &weights, depth) {}

  void submit(uint32_t number) {
    x = randomValues(size, number);
    y = randomValues(size, 1000 + number);
    session.submit({x.data(), y.data()}, {sum.data(), copied.data()});
  }
  void collect() {
    session.collect();
    results.push_back({sum, copied});
  }
  const std::vector<Result> &all(uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
      submit(i);
      while (session.pending() == session.depth())
        collect();
    }
    while (session.pending())
      collect();
    return results;
  }
};

std::vector<Result> expected(uint32_t count) {
  std::unique_ptr<Device> cpu = createDevice("cpu");
  Runs runs(*cpu, 4);
  EXPECT_EQ(runs.session.depth(), 1u); // the results are there at once
  return runs.all(count);
}

TEST(Pipeline, GivesTheSameBits) {
  const std::vector<Result> right = expected(12);
  for (size_t depth : {1, 2, 3, 8})
    for (uint32_t seed = 0; seed < 20; ++seed) {
      QueuedDevice device(seed);
      Runs runs(device, depth);
      EXPECT_EQ(runs.session.depth(), depth);
      EXPECT_TRUE(runs.all(12) == right) << "depth " << depth << ", order " << seed;
    }
}

TEST(Pipeline, ForgottenWaitIsSeen) {
  const std::vector<Result> right = expected(12);
  int wrong = 0;
  for (uint32_t seed = 0; seed < 20; ++seed) {
    QueuedDevice device(seed, /*heedsEvents=*/false);
    wrong += !(Runs(device, 2).all(12) == right);
  }
  EXPECT_GT(wrong, 15);
}

TEST(Pipeline, HostWaitsOnlyWhenItAsks) {
  QueuedDevice device(1);
  Runs runs(device, 4);
  device.hostWaits = 0;
  for (uint32_t i = 0; i < 4; ++i)
    runs.submit(i);
  EXPECT_EQ(device.hostWaits, 0);
  runs.session.wait(3);
  EXPECT_EQ(device.hostWaits, 1);
  for (int i = 0; i < 3; ++i)
    runs.collect();
  EXPECT_EQ(device.hostWaits, 1);
  EXPECT_EQ(runs.session.pending(), 1u);
  runs.collect();
  EXPECT_EQ(device.hostWaits, 2);
  EXPECT_TRUE(runs.results == expected(4));
}

TEST(Pipeline, VariablesAreThoseAfterTheLastRun) {
  QueuedDevice device(1);
  Runs runs(device, 4);
  Floats total(size), right(size);
  for (uint32_t i = 0; i < 3; ++i) {
    runs.submit(i);
    for (size_t j = 0; j < size; ++j)
      right[j] += runs.x[j];
  }
  runs.session.readVariable(0, total.data());
  EXPECT_EQ(total, right);
}

TEST(Pipeline, ChecksAndProfiles) {
  QueuedDevice device(1);
  Runs runs(device, 2);
  const Floats large(size, 3e38f);
  std::string step;
  runs.session.runChecked({large.data(), large.data()}, {runs.sum.data(), runs.copied.data()}, step);
  EXPECT_EQ(step, "both");
  EXPECT_EQ(runs.copied, large);
  const Floats bad(size, NAN);
  runs.session.runChecked({large.data(), bad.data()}, {runs.sum.data(), runs.copied.data()}, step);
  EXPECT_EQ(step, "input y");
  std::vector<double> seconds(4, -1);
  runs.session.profile({bad.data(), large.data()}, {runs.sum.data(), runs.copied.data()}, seconds);
  EXPECT_TRUE(std::isnan(runs.copied[0]));
  for (double time : seconds)
    EXPECT_GE(time, 0);
}

// What is in flight when a session goes uses its memory to the end.
TEST(Pipeline, EndsWithRunsInFlight) {
  QueuedDevice device(1);
  {
    Runs runs(device, 3);
    runs.submit(0);
    runs.submit(1);
    EXPECT_FALSE(device.isIdle());
  }
  EXPECT_TRUE(device.isIdle());
}

TEST(Pipeline, CountsItsMemory) {
  QueuedDevice device(1);
  Runs runs(device, 3);
  EXPECT_EQ(runs.session.memory().arguments, 4 * 4 * 512u); // 100 numbers take 512 bytes
}

} // namespace
