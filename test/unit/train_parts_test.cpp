// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parts of a run, each alone.

#include "train_support.h"

#include "runtime/train/csv_log.h"
#include "runtime/train/iteration_queue.h"
#include "runtime/train/run_start.h"
#include "runtime/train/weight_file.h"

using namespace dpsims;
using namespace dpsims::test;

namespace {

struct TrainParts : TrainRun {
  Report silent = [](const std::string &) {};

  // The weights that `options("run")` begins with.
  StartWeights firstWeights(const TrainProgram &program) {
    StartWeights weights(program, 4);
    weights.addBackbone(directory / "backbone.safetensors");
    return weights;
  }
};

} // namespace

TEST_F(TrainParts, ProgramTellsWhatCheckpointsHave) {
  const TrainProgram program(directory / "m.dpsims", 2);
  EXPECT_EQ(program.entry().name, "train");
  EXPECT_TRUE(program.hasFrozenBackbone());
  EXPECT_FALSE(program.takesInstances());
  std::vector<std::string> saved, others;
  for (uint32_t weight : program.entry().weights)
    (program.isSaved(weight) ? saved : others).push_back(program.model().weights[weight].name);
  EXPECT_EQ(saved, (std::vector<std::string>{"generator.weight", "generator.running", "ema.generator.weight",
                                             "discriminator.doubled"}));
  EXPECT_EQ(others, (std::vector<std::string>{"discriminator.backbone.stages.0.blocks.0.conv_dw.weight"}));
  EXPECT_EQ(program.below("generator.").size(), 2u);
}

TEST_F(TrainParts, QueueGivesLossesInOrder) {
  RunParts run(options("run"), silent);
  StartWeights weights = firstWeights(run.program);
  QueuedDevice device(3);
  Session session(run.program.shared(), run.program.entry(), device, &weights, IterationQueue::depth);
  RunLogs logs(run.folder, run.iteration.names(), 0);
  IterationQueue queue(session, run.iteration, run.data.trainingLoader(0), &logs, run.ranks);
  const auto rows = [&] { return readCsv(run.folder.file("losses.csv")).steps.size(); };
  for (size_t i = 1; i <= IterationQueue::depth; ++i) {
    EXPECT_EQ(rows(), 0u);
    queue.advance();
    EXPECT_EQ(queue.step(), i);
  }
  EXPECT_EQ(rows(), IterationQueue::depth / 2); // half of those in flight
  queue.settle();
  EXPECT_TRUE(queue.isWhole());
  EXPECT_EQ(rows(), IterationQueue::depth);
  EXPECT_EQ(session.pending(), 0u);
}

TEST_F(TrainParts, QueueStopsAtTheFirstBadLoss) {
  writeTensor("big.safetensors", "discriminator.doubled", 3e38f, "and the generator's");
  RunParts run(options("run"), silent);
  StartWeights weights = firstWeights(run.program);
  weights.addNetworks(directory / "big.safetensors");
  QueuedDevice device(3);
  Session session(run.program.shared(), run.program.entry(), device, &weights, IterationQueue::depth);
  RunLogs logs(run.folder, run.iteration.names(), 0);
  IterationQueue queue(session, run.iteration, run.data.trainingLoader(0), &logs, run.ranks);
  queue.advance(); // its loss is 3e38, the next one's is infinite
  queue.advance();
  queue.advance();
  try {
    queue.settle();
    FAIL() << "no loss is bad";
  } catch (const Diverged &diverged) {
    EXPECT_EQ(diverged.seen, "loss/d is infinite");
    EXPECT_EQ(diverged.lastStep, 1u);
  }
  EXPECT_FALSE(queue.isWhole());
  EXPECT_EQ(readCsv(run.folder.file("losses.csv")).steps, (std::vector<double>{1}));
}

TEST_F(TrainParts, SavedWeightsComeBack) {
  const TrainProgram program(directory / "m.dpsims", 0);
  StartWeights weights = firstWeights(program);
  const std::unique_ptr<Device> device = createDevice("cpu", {}, "m");
  Session session(program.shared(), program.entry(), *device, &weights);
  std::vector<float> value(pixels, 2.5f), back(pixels);
  session.writeVariable(0, value.data());
  writeSavedWeights(directory / "saved.safetensors", program, session);
  EXPECT_EQ(SafetensorsFile(directory / "saved.safetensors").entries().size(), 4u);
  session.writeVariable(0, back.data());
  readSavedWeights(directory / "saved.safetensors", program, session);
  session.readVariable(0, back.data());
  EXPECT_EQ(back, value);
}

TEST_F(TrainParts, FrozenWeightsAreOneFile) {
  const TrainProgram program(directory / "m.dpsims", 0);
  StartWeights weights = firstWeights(program);
  const std::string path = directory / "frozen.safetensors";
  const FrozenWeights written = FrozenWeights::write(path, program, weights), read(path);
  EXPECT_EQ(written.sum(), sumOfFile(path));
  EXPECT_EQ(written.sum(), read.sum());
  ASSERT_EQ(read.file().entries().size(), 1u);
  std::vector<float> value(pixels);
  EXPECT_TRUE(tensorsOf(read.file())("discriminator.backbone.stages.0.blocks.0.conv_dw.weight", pixels, value.data()));
  EXPECT_EQ(value, std::vector<float>(pixels, 3));
  EXPECT_THROW(FrozenWeights(directory / "none"), Error);
}

TEST_F(TrainParts, StartIsAtTheNewestCheckpoint) {
  {
    const RunParts run(options("run", 2), silent);
    const RunStart start = RunStart::of(run, silent);
    EXPECT_EQ(start.step, 0u);
    EXPECT_FALSE(start.frozen);
  }
  train(options("run", 2));
  TrainOptions more = options("run");
  more.resume = true;
  const RunParts run(more, silent);
  RunStart start = RunStart::of(run, silent);
  EXPECT_EQ(start.step, 2u);
  ASSERT_TRUE(start.frozen);
  std::vector<float> value(pixels), saved(pixels);
  start.weights.read(run.program.entry().weights[0], value.data());
  const SafetensorsFile file(directory / "run/checkpoints/step-00000002/model.safetensors");
  EXPECT_TRUE(tensorsOf(file)("generator.weight", pixels, saved.data()));
  EXPECT_EQ(value, saved);
}
