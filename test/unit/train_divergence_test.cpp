// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs whose losses or weights become infinite.

#include "train_support.h"

using namespace dpsims;
using namespace dpsims::test;

TEST_F(TrainRun, NamesTheOpThatFails) {
  writeTensor("big.safetensors", "discriminator.doubled", 3e37f, "and the generator's");
  TrainOptions chosen = options("run", 20);
  chosen.weights = directory / "big.safetensors";
  // 3e37 is infinite after four more doublings: in iteration 4.
  const std::string message = errorOf([&] { train(chosen); });
  EXPECT_TRUE(hasParts(message, {"in iteration 4 the first op whose result is not finite is double",
                                 "checkpoints/step-00000002 is the last good checkpoint"}));
  EXPECT_EQ(Checkpoints(directory / "run/checkpoints").steps(), (std::vector<uint64_t>{0, 2}));
  EXPECT_TRUE(reported("iteration 4: the weight discriminator.doubled"));
}

TEST_F(TrainRun, FindsOpsByLossesToo) {
  writeTensor("big.safetensors", "discriminator.doubled", 3e37f, "and the generator's");
  TrainOptions chosen = options("run", 20);
  chosen.weights = directory / "big.safetensors";
  chosen.checkpointEvery = 10;
  chosen.sampleEvery = chosen.validateEvery = 0;
  const std::string message = errorOf([&] { train(chosen); });
  EXPECT_TRUE(hasParts(message, {"loss/d is infinite: in iteration 4", "double", "step-00000000"}));
  EXPECT_TRUE(reported("iteration 5: loss/d is infinite"));
}

TEST_F(TrainRun, BadLossesAreFoundAmongIterationsInFlight) {
  writeTensor("big.safetensors", "discriminator.doubled", 3e37f, "and the generator's");
  TrainOptions chosen = options("run", 20);
  chosen.weights = directory / "big.safetensors";
  chosen.checkpointEvery = 10;
  chosen.sampleEvery = chosen.validateEvery = 0;
  const std::string message = errorOf([&] { trainQueued(chosen, 1); });
  EXPECT_TRUE(hasParts(message, {"loss/d is infinite: in iteration 4", "double", "step-00000000"}));
  EXPECT_TRUE(reported("iteration 5: loss/d is infinite"));
  EXPECT_EQ(readCsv(directory / "run/losses.csv").steps, (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(Checkpoints(directory / "run/checkpoints").steps(), (std::vector<uint64_t>{0}));
  // A checkpoint that would come between is not made.
  chosen.output = directory / "other";
  chosen.checkpointEvery = 6;
  EXPECT_TRUE(hasParts(errorOf([&] { trainQueued(chosen, 1); }), {"loss/d is infinite: in iteration 4", "double"}));
  EXPECT_EQ(Checkpoints(directory / "other/checkpoints").steps(), (std::vector<uint64_t>{0}));
}

// A graph that is not what its steps are.
TEST_F(TrainRun, SaysWhereNoOpIsBad) {
  TrainOptions chosen = options("run", 4);
  chosen.sampleEvery = chosen.validateEvery = 0;
  const std::string message = errorOf([&] { trainQueued(chosen, 1, /*spoilsPlans=*/true); });
  EXPECT_TRUE(hasParts(message, {"loss/g is not a number: in iteration 1, but no op gives such a value", "one by one",
                                 "checkpoints/step-00000000: --resume --no-graph", "--checked"}));
  EXPECT_EQ(message.find("optimizer.lr"), std::string::npos);
}
