// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whole runs: what they leave, and that they are the same however they are interrupted.

#include "train_support.h"

#include "runtime/image/png.h"
#include "runtime/train/stop_signal.h"

#include <csignal>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace dpsims;
using namespace dpsims::test;

TEST_F(TrainRun, LeavesWhatItShould) {
  TrainOptions chosen = options("run");
  chosen.keep = 1;
  chosen.keepEvery = 4;
  train(chosen);
  EXPECT_EQ(Checkpoints(directory / "run/checkpoints").steps(), (std::vector<uint64_t>{4, 6}));
  EXPECT_TRUE(fs::exists(directory / "run/checkpoints/step-00000004/ema.safetensors"));
  EXPECT_FALSE(fs::exists(directory / "run/checkpoints/step-00000006/ema.safetensors"));
  const CsvTable losses = readCsv(directory / "run/losses.csv");
  EXPECT_EQ(losses.columns, (std::vector<std::string>{"loss/g", "loss/d"}));
  EXPECT_EQ(losses.steps, (std::vector<double>{1, 2, 3, 4, 5, 6}));
  const CsvTable distances = readCsv(directory / "run/validation.csv");
  EXPECT_EQ(distances.steps, (std::vector<double>{0, 3, 6}));
  EXPECT_GT(distances.values[0][0], 0);
  // This model paints green as 128 + 30 z: a third of the mean |z - z'| * 30 / 255.
  EXPECT_NEAR(distances.values[1][0], 30.0 / 255 / 3 * 1.13, 0.02);
  const RgbImage grid = readRgbPng(directory / "run/grids/step-00000003.png");
  EXPECT_GT(grid.width, 5 * int(width));
  EXPECT_GT(grid.height, 5 * int(height));
  EXPECT_TRUE(reported("Frechet distance"));
  EXPECT_TRUE(reported("training in"));
  // The result has sample's names; the statistics are those of the last batch, as this model estimates them.
  const SafetensorsFile average(directory / "run/ema.safetensors");
  ASSERT_EQ(average.entries().size(), 2u);
  EXPECT_EQ(average.metadata().at("dpsims.step"), "6");
  std::vector<float> running(pixels), noise(pixels);
  average.read(*average.find("running"), running.data());
  Noise(4).normal(TrainStream::Statistics, 1, pixels, noise.data());
  EXPECT_EQ(running, noise);
}

TEST_F(TrainRun, IsReproducible) {
  train(options("a"));
  train(options("b"));
  expectSameRuns("a", "b");
  TrainOptions other = options("c");
  other.seed = 5;
  train(other);
  EXPECT_NE(text("a/losses.csv"), text("c/losses.csv"));
}

TEST_F(TrainRun, GoesOnWhereItStopped) {
  train(options("whole"));
  train(options("parts", 3));
  TrainOptions more = options("parts");
  more.resume = true;
  train(more);
  expectSameRuns("whole", "parts");
  // What came after the last checkpoint is done again.
  fs::copy(directory / "whole", directory / "cut", fs::copy_options::recursive);
  fs::remove_all(directory / "cut/checkpoints/step-00000006");
  writeFile(directory / "cut/checkpoints/step-00000004/DONE", "{}");
  more.output = directory / "cut";
  train(more);
  EXPECT_TRUE(reported("step-00000004/state.json: is missing; the checkpoint is passed over"));
  expectSameRuns("whole", "cut");
  // Nothing is left to do.
  train(more);
  expectSameRuns("whole", "cut");
}

TEST_F(TrainRun, SurvivesKills) {
  train(options("whole"));
  TrainOptions chosen = options("killed");
  for (int round = 0; round < 8; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      Trainer trainer(chosen, [](const std::string &) {});
      trainer.run();
      ::_exit(0);
    }
    ::usleep(useconds_t(3000 + 9000 * round));
    ::kill(child, SIGKILL);
    int status;
    ::waitpid(child, &status, 0);
    chosen.resume = true;
  }
  train(chosen);
  expectSameRuns("whole", "killed");
}

TEST_F(TrainRun, StopsAtASignal) {
  train(options("whole"));
  TrainOptions chosen = options("stopped");
  {
    const StopSignal signals;
    Trainer(chosen, [this](const std::string &text) {
      reports.push_back(text);
      if (text.rfind("step 3:", 0) == 0)
        ::raise(SIGTERM);
    }).run();
  }
  EXPECT_TRUE(reported("stopped at step 3 of 6; go on with: dpsims-run train --output"));
  EXPECT_EQ(Checkpoints(directory / "stopped/checkpoints").steps(), (std::vector<uint64_t>{0, 2, 3}));
  EXPECT_FALSE(fs::exists(directory / "stopped/ema.safetensors"));
  chosen.resume = true;
  train(chosen);
  expectSameRuns("whole", "stopped");
}

TEST_F(TrainRun, IterationsInFlightGiveTheSameRun) {
  const auto chosen = [&](const std::string &run, uint64_t steps) {
    TrainOptions result = options(run, steps);
    result.checkpointEvery = 11;
    result.sampleEvery = result.validateEvery = 13;
    return result;
  };
  train(chosen("whole", 30));
  for (uint32_t order = 0; order < 2; ++order) {
    const std::string run = "queued" + std::to_string(order);
    trainQueued(chosen(run, 26), order);
    TrainOptions more = chosen(run, 30);
    more.resume = true;
    trainQueued(more, order);
    expectSameRuns("whole", run, "step-00000030");
  }
}

TEST_F(TrainRun, HostWaitsOnceInFourIterations) {
  const auto waits = [&](uint64_t steps) {
    TrainOptions chosen = options("run" + std::to_string(steps), steps);
    chosen.checkpointEvery = 1000;
    chosen.sampleEvery = chosen.validateEvery = 0;
    return trainQueued(chosen, 1);
  };
  EXPECT_EQ(waits(60) - waits(20), 10);
}

// The curves cannot be drawn: no reason to lose the iterations before.
TEST_F(TrainRun, SavesItsProgressBeforeAnyError) {
  TrainOptions chosen = options("run");
  chosen.checkpointEvery = 100;
  Trainer trainer(chosen, [](const std::string &) {});
  fs::create_directory(directory / "run/curves.png");
  EXPECT_TRUE(hasParts(errorOf([&] { trainer.run(); }), {"run/curves.png"}));
  EXPECT_EQ(Checkpoints(directory / "run/checkpoints").steps(), (std::vector<uint64_t>{0, 3}));
}

TEST_F(TrainRun, FullDiskKeepsOlderCheckpoints) {
  train(options("run", 2));
  const std::string before = text("run/checkpoints/step-00000002/model.safetensors");
  const pid_t child = ::fork();
  if (child == 0) {
    TrainOptions more = options("run", 8);
    more.resume = true;
    more.sampleEvery = more.validateEvery = 0;
    std::string message;
    const StopSignal signals; // the process must outlive the limit
    try {
      Trainer trainer(more, [](const std::string &) {});
      struct rlimit limit = {1500, 1500}; // bytes of a file
      ::setrlimit(RLIMIT_FSIZE, &limit);
      trainer.run();
    } catch (const Error &error) {
      message = error.what();
    }
    const bool good = message.find("cannot write: File too large") != std::string::npos &&
                      message.find("older ones are as they were") != std::string::npos;
    ::_exit(good ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Checkpoints(directory / "run/checkpoints").steps(), (std::vector<uint64_t>{0, 2}));
  EXPECT_EQ(text("run/checkpoints/step-00000002/model.safetensors"), before);
  TrainOptions more = options("run");
  more.resume = true;
  train(more);
  train(options("whole"));
  for (const char *file : {"/checkpoints/step-00000006/model.safetensors", "/losses.csv", "/ema.safetensors"})
    EXPECT_EQ(text(std::string("whole") + file), text(std::string("run") + file)) << file;
}
