// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/plan/step_order.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>
#include <random>

using namespace dpsims;

namespace {

// Steps that read and write pieces of the arena, each by a kernel of its own.
class Steps {
public:
  // A buffer of f32.
  uint32_t buffer(uint64_t offset, int64_t count, Space space = Space::Arena, uint32_t index = 0) {
    plan.buffers.push_back({space, index, offset, ElementType::F32, {count}});
    return static_cast<uint32_t>(plan.buffers.size() - 1);
  }
  void add(std::vector<uint32_t> reads, const std::vector<uint32_t> &writes) {
    LaunchStep launch;
    launch.kernel = static_cast<uint32_t>(plan.steps.size());
    launch.outputs = static_cast<uint32_t>(writes.size());
    reads.insert(reads.end(), writes.begin(), writes.end());
    launch.args = std::move(reads);
    plan.steps.push_back({launch, "", 0, 1 << 20});
  }
  LaunchStep &last() { return std::get<LaunchStep>(plan.steps.back().operation); }

  Plan plan;
};

// Steps of random lengths on random pieces.
Plan randomPlan(std::mt19937 &random, size_t count, uint64_t places) {
  Steps steps;
  auto piece = [&] {
    return steps.buffer(4 * (random() % places), static_cast<int64_t>(1 + random() % 3),
                        random() % 4 ? Space::Arena : Space::Variable, static_cast<uint32_t>(random() % 2));
  };
  for (size_t i = 0; i < count; ++i) {
    std::vector<uint32_t> reads, writes{piece()};
    for (size_t j = random() % 3; j > 0; --j)
      reads.push_back(piece());
    steps.add(reads, writes);
    if (random() % 8 == 0)
      steps.last().kernel = 0;
    steps.plan.steps.back().bytes = random() % (1 << 24);
  }
  return steps.plan;
}

// isBefore[a][b]: the order makes step a end before b begins.
std::vector<std::vector<bool>> reachable(const StepOrder &order) {
  const size_t count = order.steps.size();
  std::vector<std::vector<bool>> isBefore(count, std::vector<bool>(count));
  for (size_t step = 0; step < count; ++step) {
    auto follow = [&](size_t source) {
      isBefore[source][step] = true;
      for (size_t earlier = 0; earlier < source; ++earlier)
        if (isBefore[earlier][source])
          isBefore[earlier][step] = true;
    };
    for (size_t earlier = step; earlier-- > 0;)
      if (order.steps[earlier].lane == order.steps[step].lane) {
        follow(earlier);
        break;
      }
    for (size_t source : order.steps[step].waits)
      follow(source);
  }
  return isBefore;
}

// Is each step after the first lane's start, and before its end?
bool isEnclosed(const StepOrder &order, const std::vector<std::vector<bool>> &isBefore) {
  std::vector<bool> hasBegun(order.lanes);
  std::vector<size_t> ends = order.joins;
  for (size_t step = 0; step < order.steps.size(); ++step) {
    const uint32_t lane = order.steps[step].lane;
    if (lane == 0)
      ends.push_back(step);
    const bool forked = lane == 0 || std::count(order.forks.begin(), order.forks.end(), lane) > 0;
    if (!hasBegun[lane] && !forked && order.steps[step].waits.empty())
      return false;
    hasBegun[lane] = true;
  }
  for (size_t step = 0; step < order.steps.size(); ++step)
    if (std::none_of(ends.begin(), ends.end(), [&](size_t end) { return end == step || isBefore[step][end]; }))
      return false;
  return true;
}

bool keepsOrder(const StepOrder &order, const StepConflicts &conflicts) {
  const std::vector<std::vector<bool>> isBefore = reachable(order);
  if (!isEnclosed(order, isBefore))
    return false;
  for (size_t later = 0; later < order.steps.size(); ++later)
    for (size_t earlier = 0; earlier < later; ++earlier)
      if (conflicts.conflict(earlier, later) && !isBefore[earlier][later])
        return false;
  return true;
}

TEST(StepOrder, KnowsConflicts) {
  Steps steps;
  const uint32_t low = steps.buffer(0, 4), middle = steps.buffer(12, 4), high = steps.buffer(16, 4);
  const uint32_t variable = steps.buffer(0, 4, Space::Variable, 0), other = steps.buffer(0, 4, Space::Variable, 1);
  steps.add({}, {low});
  steps.add({middle}, {variable}); // reads what the first writes
  steps.add({middle}, {other});    // reads the same
  steps.add({}, {high});           // writes what both read
  const StepConflicts conflicts(steps.plan);
  EXPECT_TRUE(conflicts.conflict(0, 1));
  EXPECT_FALSE(conflicts.conflict(1, 2));
  EXPECT_TRUE(conflicts.conflict(1, 3));
  EXPECT_TRUE(conflicts.conflict(3, 2));
  EXPECT_FALSE(conflicts.conflict(0, 3));
}

TEST(StepOrder, LaunchesOfOneKernelKeepTheirOrder) {
  Steps steps;
  steps.add({}, {steps.buffer(0, 4)});
  steps.add({}, {steps.buffer(64, 4)});
  EXPECT_FALSE(StepConflicts(steps.plan).conflict(0, 1));
  steps.last().kernel = 0;
  EXPECT_TRUE(StepConflicts(steps.plan).conflict(0, 1));
}

TEST(StepOrder, OfArgumentsThatMayBeWrittenNoneIsShared) {
  Steps steps;
  const uint32_t shared = steps.buffer(0, 4);
  steps.add({shared}, {steps.buffer(64, 4)});
  steps.add({shared}, {steps.buffer(128, 4)});
  EXPECT_FALSE(StepConflicts(steps.plan).conflict(0, 1));
  steps.last().outputs = 0;
  EXPECT_TRUE(StepConflicts(steps.plan).conflict(0, 1));
}

TEST(StepOrder, SpreadsBranchesAndJoinsThem) {
  Steps steps;
  const uint32_t source = steps.buffer(0, 4), a = steps.buffer(64, 4), b = steps.buffer(128, 4);
  const uint32_t left = steps.buffer(192, 4), right = steps.buffer(256, 4), joined = steps.buffer(320, 4);
  steps.add({}, {source});
  steps.add({source}, {a});
  steps.add({source}, {b});
  steps.add({a}, {left});
  steps.add({b}, {right});
  steps.add({left, right}, {joined});
  const StepOrder order = orderSteps(steps.plan, 2);
  std::vector<uint32_t> lanes;
  for (const StepOrder::Place &place : order.steps)
    lanes.push_back(place.lane);
  EXPECT_EQ(lanes, (std::vector<uint32_t>{0, 0, 1, 0, 1, 1}));
  EXPECT_EQ(order.steps[2].waits, (std::vector<size_t>{0}));
  EXPECT_EQ(order.steps[5].waits, (std::vector<size_t>{3}));
  EXPECT_TRUE(order.forks.empty()); // lane 1 begins by waiting for step 0
  EXPECT_EQ(order.joins, (std::vector<size_t>{5}));
  EXPECT_EQ(order.waitCount(), 3u);
  const std::vector<double> seconds{1, 2, 3, 4, 5, 6};
  EXPECT_EQ(endOf(order, seconds), 15);
  EXPECT_EQ(criticalPath(StepConflicts(steps.plan), seconds), 15);
  EXPECT_EQ(endOf(orderSteps(steps.plan, 1), seconds), 21);
}

TEST(StepOrder, OneLaneWaitsForNothing) {
  std::mt19937 random(1);
  const StepOrder order = orderSteps(randomPlan(random, 40, 12), 1);
  EXPECT_EQ(order.waitCount(), 0u);
  EXPECT_TRUE(std::all_of(order.steps.begin(), order.steps.end(),
                          [](const StepOrder::Place &place) { return place.lane == 0; }));
}

// On random plans: what conflicts is ordered, and would not be without any one of the waits.
TEST(StepOrder, WaitsForWhatItMustAndNothingElse) {
  std::mt19937 random(7);
  size_t waits = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const Plan plan = randomPlan(random, 40, 8 + trial % 3 * 24);
    const StepConflicts conflicts(plan);
    for (uint32_t lanes : {2u, 3u, 8u}) {
      StepOrder order = orderSteps(plan, lanes);
      ASSERT_TRUE(keepsOrder(order, conflicts));
      auto expectNeeded = [&](auto &list) {
        for (size_t i = 0; i < list.size(); ++i, ++waits) {
          auto kept = list;
          list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
          EXPECT_FALSE(keepsOrder(order, conflicts)) << "trial " << trial << ", " << lanes << " lanes";
          list = std::move(kept);
        }
      };
      for (StepOrder::Place &place : order.steps)
        expectNeeded(place.waits);
      expectNeeded(order.forks);
      expectNeeded(order.joins);
    }
  }
  EXPECT_GT(waits, 1000u);
}

TEST(StepOrder, IsTheSameEachTime) {
  std::mt19937 random(3);
  const Plan plan = randomPlan(random, 60, 40);
  const StepOrder first = orderSteps(plan, 4), second = orderSteps(plan, 4);
  for (size_t step = 0; step < plan.steps.size(); ++step) {
    EXPECT_EQ(first.steps[step].lane, second.steps[step].lane);
    EXPECT_EQ(first.steps[step].waits, second.steps[step].waits);
  }
}

} // namespace
