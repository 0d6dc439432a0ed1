// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the time of ranks' steps is divided into computing, transfer and waiting.

#include "runtime/session/benchmark_ranks.h"

#include <gtest/gtest.h>
#include <sstream>

namespace dpsims::test {

namespace {

// A launch, an all-reduce of 4 + 2 values, a launch.
Plan threeSteps() {
  Plan plan;
  for (int64_t count : {4, 2})
    plan.buffers.push_back({Space::Arena, 0, 0, ElementType::F32, {count}});
  plan.steps.resize(3);
  plan.steps[0].operation = LaunchStep();
  plan.steps[1].operation = CollectiveStep{{0, 1}, {0, 1}, CollectiveKind::Sum};
  plan.steps[2].operation = LaunchStep();
  return plan;
}

} // namespace

TEST(BenchmarkRanks, AllReduceIsTransferOnTheRankThatComesLast) {
  RankProfile profile(threeSteps(), 2);
  profile.add({1, 4, 5, /**/ 3, 2, 5}); // the first rank comes 2 s before the second
  const RankTimes times = profile.times();
  EXPECT_EQ(times.compute, (std::vector<double>{6, 8}));
  EXPECT_EQ(times.waiting, (std::vector<double>{2, 0}));
  EXPECT_EQ(times.transfer, 2);
  EXPECT_EQ(times.allReduces, 1u);
  EXPECT_EQ(times.bytes, 24u);
  EXPECT_EQ(profile.best(), (std::vector<double>{2, 2, 5}));
  EXPECT_EQ(profile.waiting(), (std::vector<double>{0, 1, 0}));
}

TEST(BenchmarkRanks, TimesAreMeansOverRuns) {
  RankProfile profile(threeSteps(), 2);
  profile.add({1, 4, 5, /**/ 3, 2, 5});
  profile.add({3, 1, 6, /**/ 1, 3, 6}); // and now after it
  const RankTimes times = profile.times();
  EXPECT_EQ(times.compute, (std::vector<double>{7.5, 7.5}));
  EXPECT_EQ(times.waiting, (std::vector<double>{1, 1}));
  EXPECT_EQ(times.transfer, 1.5);
  EXPECT_EQ(profile.best(), (std::vector<double>{2, 1, 5}));
  std::ostringstream text;
  printRankTimes(times, text);
  EXPECT_EQ(text.str(), "  2 ranks, by step: 10000.000 ms = compute 7500.000 ms (7500.000 to 7500.000) + transfer "
                        "1500.000 ms + waiting 1000.000 ms\n"
                        "  1 all-reduces of 24 B: transfer 15.0 %, waiting 10.0 %; exposed 0.000 ms\n");
}

TEST(BenchmarkRanks, OneAloneHasNoTimesOfRanks) {
  std::ostringstream text;
  printRankTimes({}, text);
  EXPECT_EQ(text.str(), "");
  EXPECT_EQ(largestOfRanks({1, 2}, nullptr), (std::vector<double>{1, 2}));
}

} // namespace dpsims::test
