// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exchanges between ranks, which are threads here.

#include "ranks_support.h"

#include "runtime/base/machine.h"
#include "runtime/communicator/launch.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>

using namespace dpsims;
using namespace dpsims::test;

static std::vector<float> valuesOf(int rank, size_t count) { return randomValues(count, uint32_t(rank) + 1); }

TEST(Ranks, AddInTheirOrder) {
  for (const int count : {2, 3, 4})
    for (const size_t size : {size_t(1), size_t(5), size_t(2048), size_t(2049), size_t(6000), size_t(3) << 20}) {
      std::vector<float> expected = valuesOf(0, size);
      for (int rank = 1; rank < count; ++rank) {
        const std::vector<float> others = valuesOf(rank, size);
        for (size_t i = 0; i < size; ++i)
          expected[i] += others[i];
      }
      std::vector<std::vector<float>> results(static_cast<size_t>(count));
      EXPECT_EQ(asRanks(count,
                        [&](const std::shared_ptr<RankCommunicator> &ranks) {
                          std::vector<float> &values = results[size_t(ranks->rank())] = valuesOf(ranks->rank(), size);
                          ranks->allReduce(values.data(), size, Reduction::Sum);
                        }),
                Messages());
      for (const std::vector<float> &result : results)
        EXPECT_EQ(0, std::memcmp(result.data(), expected.data(), size * sizeof(float))) << count << " " << size;
    }
}

// A part each of the sums that all would have.
TEST(Ranks, AddParts) {
  for (const int count : {2, 3, 4})
    for (const size_t part : {size_t(1), size_t(700), size_t(2) << 20}) {
      const size_t size = part * size_t(count);
      EXPECT_EQ(
          asRanks(
              count,
              [&](const std::shared_ptr<RankCommunicator> &ranks) {
                std::vector<float> values = valuesOf(ranks->rank(), size), sums(part), all = values;
                ranks->reduceScatter(values.data(), part, sums.data());
                EXPECT_EQ(values, all);
                ranks->allReduce(all.data(), size, Reduction::Sum);
                EXPECT_EQ(0, std::memcmp(sums.data(), all.data() + size_t(ranks->rank()) * part, part * sizeof(float)))
                    << count << " " << part;
              }),
          Messages());
    }
}

TEST(Ranks, FindTheLargest) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<std::vector<float>> given = {{1, -2, nan, 4, -1}, {3, -5, 0, nan, -1}, {2, -1, 9, 9, -7}};
  std::vector<std::vector<float>> results = given;
  EXPECT_EQ(asRanks(3,
                    [&](const std::shared_ptr<RankCommunicator> &ranks) {
                      ranks->allReduce(results[size_t(ranks->rank())].data(), 5, Reduction::Max);
                    }),
            Messages());
  for (const std::vector<float> &result : results) {
    EXPECT_EQ(result[0], 3);
    EXPECT_EQ(result[1], -1);
    EXPECT_TRUE(std::isnan(result[2]) && std::isnan(result[3]));
    EXPECT_EQ(result[4], -1);
  }
}

TEST(Ranks, HandBytesOn) {
  EXPECT_EQ(asRanks(4,
                    [](const std::shared_ptr<RankCommunicator> &ranks) {
                      const uint64_t own = 10 + uint64_t(ranks->rank());
                      std::vector<uint64_t> all(4);
                      ranks->allGather(&own, sizeof own, all.data());
                      EXPECT_EQ(all, (std::vector<uint64_t>{10, 11, 12, 13}));
                      uint64_t value = own;
                      ranks->broadcast(&value, sizeof value, 2);
                      EXPECT_EQ(value, 12u);
                      ranks->broadcast(nullptr, 0, 1);
                    }),
            Messages());
}

TEST(Ranks, OneThatFailsEndsAll) {
  const Messages messages = asRanks(4, [](const std::shared_ptr<RankCommunicator> &ranks) {
    float value = 1;
    ranks->allReduce(&value, 1, Reduction::Sum);
    if (ranks->rank() == 2)
      fail("the disk is full");
    while (true)
      ranks->allReduce(&value, 1, Reduction::Max);
  });
  EXPECT_EQ(messages, (Messages{{2, "the disk is full"}}));
}

TEST(Ranks, OfManyThatFailTheFirstTells) {
  EXPECT_EQ(asRanks(3, [](const std::shared_ptr<RankCommunicator> &) { fail("no model"); }),
            (Messages{{0, "no model"}}));
}

TEST(Ranks, NameWhoDoesNotAnswer) {
  const Messages messages = asRanks(
      4,
      [](const std::shared_ptr<RankCommunicator> &ranks) {
        if (ranks->rank() == 1 || ranks->rank() == 3)
          return; // computes for ever, as far as the others know
        float value = 1;
        ranks->allReduce(&value, 1, Reduction::Sum);
      },
      0.05);
  EXPECT_EQ(messages, (Messages{{0, "ranks 1, 3 have not answered for 0.05 s: hung, or slower than --rank-timeout "
                                    "allows"}}));
}

TEST(Ranks, WaitForOneThatIsSlow) {
  EXPECT_EQ(asRanks(
                2,
                [](const std::shared_ptr<RankCommunicator> &ranks) {
                  if (ranks->rank() == 1)
                    std::this_thread::sleep_for(std::chrono::milliseconds(300));
                  float value = 1;
                  ranks->allReduce(&value, 1, Reduction::Sum);
                  EXPECT_EQ(value, 2);
                },
                0.1),
            Messages());
}

static std::optional<Launch> launchWith(const std::map<std::string, const char *> &variables) {
  return launchOf([&](const char *name) -> const char * {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second;
  });
}

TEST(Ranks, AreKnownByTheEnvironment) {
  EXPECT_FALSE(launchWith({}));
  EXPECT_FALSE(launchWith({{"OMPI_COMM_WORLD_SIZE", "1"}, {"OMPI_COMM_WORLD_RANK", "0"}}));
  EXPECT_FALSE(launchWith({{"SLURM_NTASKS", "8"}})); // of a batch script, not of srun
  const std::optional<Launch> mpirun = launchWith({{"OMPI_COMM_WORLD_SIZE", "8"}, {"OMPI_COMM_WORLD_RANK", "3"}});
  ASSERT_TRUE(mpirun);
  EXPECT_EQ(mpirun->size, 8);
  EXPECT_EQ(mpirun->rank, 3);
  EXPECT_EQ(launchWith({{"PMI_SIZE", "4"}, {"PMI_RANK", "0"}})->variable, "PMI_SIZE");
  EXPECT_EQ(launchWith({{"SLURM_NTASKS", "16"}, {"PMIX_RANK", "15"}})->rank, 15);
  EXPECT_TRUE(hasParts(errorOf([] { launchWith({{"PMI_SIZE", "many"}, {"PMI_RANK", "0"}}); }), {"PMI_SIZE", "many"}));
  EXPECT_FALSE(launchWith({{"WORLD_SIZE", "8"}, {"RANK", "0"}})); // of whom, nobody knows
  EXPECT_EQ(errorOf([] { launchWith({{"TORCHELASTIC_RUN_ID", "none"}, {"WORLD_SIZE", "8"}, {"RANK", "0"}}); }),
            "torchrun started 8 processes, which no MPI joins: start them with mpirun -n 8, or under Slurm with srun "
            "--mpi=pmix");
}

TEST(Ranks, ShareProcessors) {
  EXPECT_EQ(asRanks(2,
                    [](const std::shared_ptr<RankCommunicator> &ranks) {
                      ::unsetenv("OMP_NUM_THREADS");
                      EXPECT_EQ(threadsOfRank(0, ranks.get()), std::max(1, availableProcessors() / 2));
                      EXPECT_EQ(threadsOfRank(7, ranks.get()), 7);
                      EXPECT_EQ(localRank(*ranks), ranks->rank());
                    }),
            Messages());
}
