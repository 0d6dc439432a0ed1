// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The CPU device's threads.

#include "runtime/device/cpu/parallel.h"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <numeric>
#include <stdexcept>

using namespace dpsims;

namespace {

double processorSeconds() { return double(std::clock()) / CLOCKS_PER_SEC; }

class Teams : public testing::TestWithParam<int> {
protected:
  Team team{GetParam()};
};

TEST_P(Teams, DoEachChunkOnce) {
  for (int64_t chunks : {0, 1, 2, 3, 7, 64, 1000}) {
    std::vector<std::atomic<int>> times(static_cast<size_t>(chunks));
    std::atomic<bool> knowThreads{true};
    team.run(chunks, [&](int64_t chunk, int thread) {
      ++times[static_cast<size_t>(chunk)];
      if (thread < 0 || thread >= team.size())
        knowThreads = false;
    });
    for (const std::atomic<int> &count : times)
      EXPECT_EQ(count, 1);
    EXPECT_TRUE(knowThreads);
  }
}

// What one thread wrote the next job reads, wherever it runs: also when workers have gone to sleep in between.
TEST_P(Teams, SeeWhatTheJobBeforeWrote) {
  std::vector<int64_t> values(256), next(256);
  std::iota(values.begin(), values.end(), 0);
  for (int job = 0; job < 2000; ++job) {
    team.run(256, [&](int64_t chunk, int) {
      const size_t i = static_cast<size_t>(chunk);
      next[i] = values[255 - i] + 1;
    });
    values.swap(next);
    if (job % 500 == 499)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  for (size_t i = 0; i < 256; ++i)
    EXPECT_EQ(values[i], int64_t(i) + 2000);
}

// Memory by thread is nobody else's meanwhile.
TEST_P(Teams, KeepTheirMemoryApart) {
  std::vector<int64_t> sums(static_cast<size_t>(team.size()) * 16);
  for (int job = 0; job < 50; ++job)
    team.run(100, [&](int64_t chunk, int thread) { sums[static_cast<size_t>(thread) * 16] += chunk; });
  EXPECT_EQ(std::accumulate(sums.begin(), sums.end(), int64_t(0)), 50 * 99 * 50);
}

TEST_P(Teams, PassErrorsOn) {
  std::atomic<int> done{0};
  auto work = [&](int64_t chunk, int) {
    if (chunk == 5)
      throw std::runtime_error("chunk 5");
    ++done;
  };
  EXPECT_THROW(team.run(10, work), std::runtime_error);
  if (team.size() > 1) {
    EXPECT_EQ(done, 9);
  }
  done = 0;
  team.run(5, work); // as if nothing had been
  EXPECT_EQ(done, 5);
}

TEST_P(Teams, CutRangesWithoutGaps) {
  for (int64_t count : {1, 3, 64, 65, 1000}) {
    std::vector<std::atomic<int>> times(static_cast<size_t>(count));
    shareRange(team, count, 16, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        ++times[static_cast<size_t>(i)];
    });
    for (const std::atomic<int> &visits : times)
      EXPECT_EQ(visits, 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, Teams, testing::Values(1, 2, 3, 4, 9));

// A thread that is held up keeps the chunk that it is at: the others take the rest of its part.
TEST(Team, DoesWhatAHeldUpThreadHasNotBegun) {
  Team team(2);
  std::atomic<int> done{0};
  int seenByFirst = 0;
  team.run(100, [&](int64_t chunk, int) {
    if (chunk == 0) { // the first thread's first
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (done < 99 && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();
      seenByFirst = done;
      return;
    }
    ++done;
  });
  EXPECT_EQ(seenByFirst, 99);
}

TEST(Team, SleepsWhenThereIsNothingToDo) {
  Team team(4);
  team.run(64, [](int64_t, int) {});
  const double before = processorSeconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_LT(processorSeconds() - before, 0.1);
}

// The caller sleeps too when it waits for others longer than a moment.
TEST(Team, SleepsWhileItWaits) {
  Team team(2);
  const double before = processorSeconds();
  std::atomic<bool> slept{false};
  team.run(2, [&](int64_t chunk, int) {
    if (chunk == 1) {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      slept = true;
    }
  });
  EXPECT_TRUE(slept);
  EXPECT_LT(processorSeconds() - before, 0.1);
}

// Chunks follow from the work alone, and are a power of two.
TEST(Team, GetsChunksByTheWork) {
  EXPECT_EQ(chunksFor(1000), 1);
  EXPECT_EQ(chunksFor(uint64_t(64) << 10), 4);
  EXPECT_EQ(chunksFor(uint64_t(300) << 10), 16);
  EXPECT_EQ(chunksFor(uint64_t(1) << 40), 64);
  EXPECT_EQ(chunksFor(100, uint64_t(10) << 20), 64);
}

} // namespace
