// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/run_start.h"

#include "runtime/base/error.h"
#include "runtime/train/backbone_twin.h"
#include "runtime/train/run_scores.h"

#include <filesystem>

namespace dpsims {

static void addFirstWeights(StartWeights &weights, const RunParts &run, const Report &report) {
  if (!run.options.weights.empty())
    weights.addNetworks(run.options.weights);
  const std::string &backbone = run.options.backboneWeights;
  if (backbone.empty())
    return;
  weights.addBackbone(backbone);
  if (const std::string twin = describeTwin(run.program.model(), backbone); !twin.empty())
    report(twin);
}

static RunStart begin(const RunParts &run, const Report &report) {
  if (run.options.resume)
    report(run.folder.path() + ": no checkpoint there: the run begins at step 0");
  StartWeights weights(run.program, run.options.seed);
  addFirstWeights(weights, run, report);
  weights.requireBackbone();
  return {0, std::move(weights), std::nullopt, run.options.backboneWeights, run.pictures};
}

//===-------------------------------------------------------------------------------------------------------------===//
// Going on
//===-------------------------------------------------------------------------------------------------------------===//

// The file of --backbone-weights that the run began with: one that is not read does not take its place.
static std::string savedBackboneFile(const RunParts &run) {
  const std::string path = run.folder.file(optionsFile);
  TrainOptions before;
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored))
    readOptions(path, before, [](const std::string &name) { return name != "backbone-weights"; });
  return before.backboneWeights.empty() ? run.options.backboneWeights : before.backboneWeights;
}

// Makes the weights that no checkpoint has again, from what the run began with.
static FrozenWeights remakeFrozen(const RunParts &run, const Checkpoint &from, const std::string &trouble,
                                  StartWeights &weights, const Report &report) {
  const std::string &given = run.options.backboneWeights;
  if (given.empty())
    fail(ErrorCode::InvalidData, trouble,
         "; --resume --backbone-weights FILE makes it again from the file that the run began with");
  try {
    addFirstWeights(weights, run, report);
  } catch (const Error &error) {
    fail(error.code(), trouble, "; it cannot be made again: ", error.what(),
         "; give the file that the run began with by --backbone-weights");
  }
  report(trouble + "; it is made again from " + given);
  FrozenWeights frozen = FrozenWeights::write(run.folder.file(frozenFile), run.program, weights);
  if (!from.state.frozen.empty() && frozen.sum() != from.state.frozen)
    fail(ErrorCode::Incompatible, given,
         ": has other weights than the run began with: give those with --backbone-weights");
  return frozen;
}

// Takes the weights that no checkpoint has. If their file is damaged, it is made again.
static void takeFrozen(const RunParts &run, const Checkpoint &from, RunStart &start, const Report &report) {
  const std::string path = run.folder.file(frozenFile);
  std::string trouble = path + ": is damaged: it is not as it was written";
  try {
    FrozenWeights frozen(path);
    if (from.state.frozen.empty() || frozen.sum() == from.state.frozen) {
      start.weights.addUnsaved(path);
      start.frozen = std::move(frozen);
      start.backboneFile = savedBackboneFile(run);
      return;
    }
  } catch (const Error &error) {
    trouble = error.what();
  }
  start.frozen = remakeFrozen(run, from, trouble, start.weights, report);
}

static std::string firstOf(const std::vector<std::string> &names) {
  return names[0] + (names.size() > 1 ? " and " + std::to_string(names.size() - 1) + " more" : "");
}

// The pictures that the run has seen, with those of now. Tells what changed; pictures of one split must not become
// another's, of which the networks would be judged by what they learned from.
static PictureList takePictures(const RunParts &run, const Checkpoint &from, const Report &report) {
  const std::string now = run.pictures.fingerprint(), &then = from.state.pictures;
  const bool changed = !then.empty() && then != now;
  if (then.empty() && !now.empty())
    report(from.path + ": does not say which pictures it was trained with: if the data set is another now, pictures " +
           "of validation may have been trained with");
  const std::string wayOut =
      "restore the data set, or start a new run of " + from.file(modelFile) + " (--weights) in another --output";
  PictureList before;
  try {
    if (!now.empty())
      before = PictureList::read(run.folder.file(picturesFile));
  } catch (const Error &error) {
    if (changed)
      fail(ErrorCode::Incompatible, run.options.data, ": is not the data set of ", from.path, ": ", then, " then, ",
           now, " now; what changed ", "is not known (", error.what(), "); ", wayOut);
    return run.pictures;
  }
  if (const std::vector<std::string> mixed = before.mixedIn(run.pictures); !mixed.empty())
    fail(ErrorCode::Incompatible, run.options.data, ": the data set has changed since ", from.path, ": ",
         firstOf(mixed), mixed.size() > 1 ? " have" : " has",
         " gone from training to validation or back, so that the networks would be judged by what they learned from; ",
         wayOut);
  if (changed) {
    const std::string changes = before.changesTo(run.pictures);
    report(run.options.data + ": the data set has changed since " + from.path + ": " +
           (changes.empty() ? then + " then, " + now + " now" : changes) +
           "; the run goes on, but not as it would have with the pictures of then");
  }
  return before.together(run.pictures);
}

static RunStart goOn(const RunParts &run, const Checkpoint &from, const Report &report) {
  requireSameRun(from.path, from.state, run.stateAt(0, from.state.frozen));
  if (from.state.sourceHash != run.program.model().sourceHash)
    report(from.path + ": the model is compiled of other texts than then: the run goes on, but not bit for bit");
  if (from.state.ranks != run.ranks.size())
    report(from.path + ": the batch was shared by " + std::to_string(from.state.ranks) + " ranks then and is by " +
           std::to_string(run.ranks.size()) + " now: the run goes on, but not bit for bit");
  if (from.state.step > run.options.steps)
    fail(run.folder.path(), ": is at step ", from.state.step, " already, --steps is ", run.options.steps);
  RunStart start{from.state.step, StartWeights(run.program, run.options.seed), std::nullopt,
                 run.options.backboneWeights, takePictures(run, from, report)};
  requireSameCurve(run, from.state.step);
  takeFrozen(run, from, start, report);
  start.weights.addSaved(from.file(modelFile));
  return start;
}

static RunStart find(const RunParts &run, const Report &report) {
  if (const std::optional<Checkpoint> newest = run.checkpoints.recover(report))
    return goOn(run, *newest, report);
  if (!run.checkpoints.steps().empty())
    fail(ErrorCode::InvalidData, run.folder.path(),
         ": none of its checkpoints is whole: start over in another --output");
  return begin(run, report);
}

RunStart RunStart::of(const RunParts &run, const Report &report) {
  if (run.ranks.isFirst()) {
    RunStart start = find(run, report);
    run.ranks.fromFirst(start.step);
    return start;
  }
  return {run.ranks.fromFirst(uint64_t(0)), StartWeights(run.program, run.options.seed), std::nullopt, "", {}};
}

} // namespace dpsims
