// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/trainer.h"

#include "runtime/base/error.h"
#include "runtime/base/progress.h"
#include "runtime/communicator/rank_communicator.h"
#include "runtime/train/divergence.h"
#include "runtime/train/non_finite.h"
#include "runtime/train/stop_signal.h"
#include "runtime/train/weight_file.h"

#include <algorithm>
#include <cstdio>

namespace dpsims {

// Whether ranks keep parts of variables, so that one alone does not have the whole.
static bool hasParts(const Session &session) {
  const std::vector<uint32_t> &variables = session.entry().variables;
  return std::any_of(variables.begin(), variables.end(),
                     [&](uint32_t variable) { return session.model().weights[variable].parts > 1; });
}

static EventFile *eventsOf(Training &training) { return training.logs() ? &training.logs()->events() : nullptr; }

Trainer::Trainer(const TrainOptions &options, const Report &hears, const OpenDevice &open)
    : report(hears), parts(options, report), training(parts, RunStart::of(parts, report), open),
      average({parts.program.shared(), training.weights(), parts.data, options.statisticsBatches, options.seed,
               parts.ranks},
              training.device()),
      evaluation(parts, {training.device(), training.weights(), average}, eventsOf(training), step(), report),
      savedStep(step()) {
  lead([this] {
    if (parts.checkpoints.steps().empty())
      writeFirstCheckpoint();
  });
}

// On the first rank does work, with which the others help.
void Trainer::lead(const std::function<void()> &work) {
  parts.ranks.lead(work, [this](uint64_t what) { help(what); });
}

void Trainer::help(uint64_t what) {
  if (what == RunRanks::averageHelp)
    average.help();
  else
    parts.ranks.giveParts(training.session(), what - RunRanks::variableHelp);
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
  if (stopped)
    report("stopped at step " + std::to_string(step()) + " of " + std::to_string(parts.options.steps) +
           "; go on with: dpsims-run train --output " + parts.options.output + " --resume");
}

void Trainer::announce() {
  report("training in " + parts.folder.path() + " from step " + std::to_string(step()) + " to " +
         std::to_string(parts.options.steps) + ", batch " + std::to_string(parts.iteration.size()[0]) + ", " +
         std::to_string(parts.data.trainingPictures()) + " pictures, " +
         (parts.ranks.several() ? std::to_string(parts.ranks.size()) + " ranks, " : "") +
         training.device().description());
  report(training.memoryText());
}

void Trainer::trainOrStop() {
  try {
    evaluate();
    if (parts.ranks.isFirst())
      parts.sharePlans();
    train();
    if (isLast())
      finish();
  } catch (const Stopped &) {
    stopped = true;
  } catch (const AgreedFailure &failure) {
    lead([this] { saveProgress(); }); // an error ends all: not before that is done
    failure.rethrow();
  } catch (const RankFailed &) {
    throw;
  } catch (const WeightsDiffer &) {
    throw;
  } catch (const std::exception &) {
    if (!hasParts(training.session())) // the other ranks do not know
      saveProgress();
    throw;
  }
  stopped = stopped || StopSignal::requested();
}

void Trainer::evaluate() {
  lead([this] { evaluation.at(step()); });
}

static Progress::Console silent() {
  return {[](std::string_view) {}, [] { return 0.0; }, false};
}

// Iterations from comparison to comparison of the ranks' weights; each checkpoint is one, too.
static constexpr uint64_t weightsCheckedEvery = 100;

static bool isMultiple(uint64_t step, uint64_t every) { return every && step % every == 0; }

void Trainer::train() {
  const TrainOptions &options = parts.options;
  const int64_t batch = parts.iteration.size()[0];
  Progress progress("train", int64_t(options.steps - step()) * batch, "images",
                    parts.ranks.isFirst() ? Progress::standardError() : silent());
  while (!isLast()) {
    if (!parts.ranks.several()) // which agree in it
      throwIfStopped();
    training.iterations().advance();
    progress.advance(batch, note());
    if (isMultiple(step(), options.checkpointEvery) || isMultiple(step(), options.keepEvery) || isLast())
      checkpoint();
    else if (isMultiple(step(), weightsCheckedEvery))
      parts.ranks.requireSameWeights(training.session(), step());
    if (evaluation.isDue(step())) {
      training.iterations().settle();
      evaluate();
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
  lead([&] { average.at(step()).write(path, false, networkMetadata(training.state(), "average")); });
  if (!parts.ranks.isFirst())
    return;
  parts.sharePlans();
  report("done: " + path + " is the averaged generator, for dpsims-run sample");
}

//===-------------------------------------------------------------------------------------------------------------===//
// Checkpoints
//===-------------------------------------------------------------------------------------------------------------===//

void Trainer::checkpoint(bool isProgress) {
  training.iterations().settle();
  const std::string bad = isProgress ? nonFiniteVariable(training.session()) // the other ranks are not asked
                                     : nonFiniteVariable(training.session(), parts.ranks);
  if (!bad.empty())
    throw Diverged{"the weight " + bad + " has a value that is not finite", step() - 1};
  if (isProgress)
    return writeCheckpoint(nullptr);
  parts.ranks.requireSameWeights(training.session(), step());
  lead([this] { writeCheckpoint(averageToKeep()); });
  savedStep = step();
}

// Null: none is due, or there is no time. `dpsims-run export` makes it later.
const GeneratorWeights *Trainer::averageToKeep() {
  if (!isMultiple(step(), parts.options.keepEvery))
    return nullptr;
  try {
    return &average.at(step());
  } catch (const Stopped &) {
    return nullptr;
  }
}

void Trainer::writeFirstCheckpoint() {
  const std::string bad = nonFiniteVariable(training.session());
  if (!bad.empty())
    fail(ErrorCode::InvalidData, parts.options.weights.empty() ? parts.program.model().path : parts.options.weights,
         ": the weight ", bad, " has a value that is not finite before the first iteration");
  writeCheckpoint(nullptr);
}

void Trainer::writeCheckpoint(const GeneratorWeights *mean) {
  training.logs()->sync();
  const CheckpointState state = training.state();
  parts.checkpoints.write(state, [&](const std::string &folder) {
    writeSavedWeights(joinPath(folder, modelFile), parts.program, training.session(), parts.ranks);
    if (mean)
      mean->write(joinPath(folder, averageFile), false, networkMetadata(state, "average"));
  });
  savedStep = step();
  parts.checkpoints.prune(parts.options.keep, parts.options.keepEvery);
}

// What was trained since the last checkpoint is not lost with a bad picture, or a grid that cannot be drawn.
void Trainer::saveProgress() {
  if (!parts.ranks.isFirst() || !training.iterations().isWhole() || step() == savedStep)
    return;
  try {
    checkpoint(/*isProgress=*/true);
  } catch (...) { // the first error is the one to tell
  }
}

} // namespace dpsims
