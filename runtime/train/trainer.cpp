// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/trainer.h"

#include "runtime/base/error.h"
#include "runtime/base/progress.h"
#include "runtime/train/divergence.h"
#include "runtime/train/non_finite.h"
#include "runtime/train/stop_signal.h"
#include "runtime/train/weight_file.h"

#include <cstdio>

namespace dpsims {

Trainer::Trainer(const TrainOptions &options, const Report &hears, const OpenDevice &open)
    : report(hears), parts(options, report), training(parts, RunStart::of(parts, report), open),
      average({parts.program.shared(), training.weights(), parts.data, options.statisticsBatches, options.seed},
              training.device()),
      evaluation(parts, {training.device(), training.weights(), average}, training.logs().events(), step(), report),
      savedStep(step()) {
  if (!parts.checkpoints.steps().empty())
    return;
  const std::string bad = nonFiniteVariable(training.session());
  if (!bad.empty())
    fail(ErrorCode::InvalidData, options.weights.empty() ? parts.program.model().path : options.weights,
         ": the weight ", bad, " has a value that is not finite before the first iteration");
  writeCheckpoint(nullptr);
}

//===-------------------------------------------------------------------------------------------------------------===//
// Iterations
//===-------------------------------------------------------------------------------------------------------------===//

void Trainer::run() {
  announce();
  try {
    trainOrStop();
    if (step() != savedStep)
      checkpoint();
  } catch (const Diverged &diverged) {
    explainDivergence(diverged, parts, training.session(), report);
  }
  if (StopSignal::requested())
    report("stopped at step " + std::to_string(step()) + " of " + std::to_string(parts.options.steps) +
           "; go on with: dpsims-run train --output " + parts.options.output + " --resume");
}

void Trainer::announce() {
  report("training in " + parts.folder.path() + " from step " + std::to_string(step()) + " to " +
         std::to_string(parts.options.steps) + ", batch " + std::to_string(parts.iteration.size()[0]) + ", " +
         std::to_string(parts.data.trainingPictures()) + " pictures, " + training.device().description());
  report(training.memoryText());
}

void Trainer::trainOrStop() {
  try {
    evaluation.at(step());
    parts.sharePlans();
    train();
    if (isLast())
      finish();
  } catch (const Stopped &) {
  } catch (const std::exception &) {
    saveProgress();
    throw;
  }
}

static bool isMultiple(uint64_t step, uint64_t every) { return every && step % every == 0; }

void Trainer::train() {
  const TrainOptions &options = parts.options;
  const int64_t batch = parts.iteration.size()[0];
  Progress progress("train", int64_t(options.steps - step()) * batch, "images");
  while (!isLast()) {
    throwIfStopped();
    training.iterations().advance();
    progress.advance(batch, note());
    if (isMultiple(step(), options.checkpointEvery) || isMultiple(step(), options.keepEvery) || isLast())
      checkpoint();
    if (evaluation.isDue(step())) {
      training.iterations().settle();
      evaluation.at(step());
    }
  }
  progress.finish();
}

// "step 12/500, g 2.31, d 1.02"
std::string Trainer::note() {
  std::string text = "step " + std::to_string(step()) + "/" + std::to_string(parts.options.steps);
  const std::vector<float> &losses = training.iterations().losses();
  for (size_t i = 0; i < losses.size(); ++i) {
    const std::string &name = parts.iteration.names()[i];
    char number[32];
    std::snprintf(number, sizeof number, " %.3g", double(losses[i]));
    text += ", " + name.substr(name.rfind('/') + 1) + number;
  }
  return text;
}

void Trainer::finish() {
  const std::string path = parts.folder.file(averageFile);
  average.at(step()).write(path, false, networkMetadata(training.state(), "average"));
  parts.sharePlans();
  report("done: " + path + " is the averaged generator, for dpsims-run sample");
}

//===-------------------------------------------------------------------------------------------------------------===//
// Checkpoints
//===-------------------------------------------------------------------------------------------------------------===//

void Trainer::checkpoint(bool withAverage) {
  training.iterations().settle();
  const std::string bad = nonFiniteVariable(training.session());
  if (!bad.empty())
    throw Diverged{"the weight " + bad + " has a value that is not finite", step() - 1};
  const GeneratorWeights *mean = nullptr;
  if (withAverage && isMultiple(step(), parts.options.keepEvery)) {
    try {
      mean = &average.at(step());
    } catch (const Stopped &) { // `dpsims-run export` makes it later
    }
  }
  writeCheckpoint(mean);
}

void Trainer::writeCheckpoint(const GeneratorWeights *mean) {
  training.logs().sync();
  const CheckpointState state = training.state();
  parts.checkpoints.write(state, [&](const std::string &folder) {
    writeSavedWeights(joinPath(folder, modelFile), parts.program, training.session());
    if (mean)
      mean->write(joinPath(folder, averageFile), false, networkMetadata(state, "average"));
  });
  savedStep = step();
  parts.checkpoints.prune(parts.options.keep, parts.options.keepEvery);
}

// What was trained since the last checkpoint is not lost with a bad picture, or a grid that cannot be drawn.
void Trainer::saveProgress() {
  if (!training.iterations().isWhole() || step() == savedStep)
    return;
  try {
    checkpoint(/*withAverage=*/false);
  } catch (...) { // the first error is the one to tell
  }
}

} // namespace dpsims
