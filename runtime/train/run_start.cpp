// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/run_start.h"

#include "runtime/base/error.h"

#include <filesystem>

namespace dpsims {

static void addFirstWeights(StartWeights &weights, const TrainOptions &options) {
  if (!options.weights.empty())
    weights.addNetworks(options.weights);
  if (!options.backboneWeights.empty())
    weights.addBackbone(options.backboneWeights);
}

static RunStart begin(const Run &run, const Report &report) {
  if (run.options.resume)
    report(run.folder.path() + ": no checkpoint there: the run begins at step 0");
  StartWeights weights(run.program, run.options.seed);
  addFirstWeights(weights, run.options);
  weights.requireBackbone();
  return {0, std::move(weights), std::nullopt, run.options.backboneWeights};
}

//===-------------------------------------------------------------------------------------------------------------===//
// Going on
//===-------------------------------------------------------------------------------------------------------------===//

// The file of --backbone-weights that the run began with: one that is not read does not take its place.
static std::string savedBackboneFile(const Run &run) {
  const std::string path = run.folder.file(optionsFile);
  TrainOptions before;
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored))
    readOptions(path, before, [](const std::string &name) { return name != "backbone-weights"; });
  return before.backboneWeights.empty() ? run.options.backboneWeights : before.backboneWeights;
}

// Makes the weights that no checkpoint has anew, of what the run began with.
static FrozenWeights remakeFrozen(const Run &run, const Checkpoint &from, const std::string &trouble,
                                  StartWeights &weights, const Report &report) {
  const std::string &given = run.options.backboneWeights;
  if (given.empty())
    fail(trouble, "; --resume --backbone-weights FILE makes it anew, of the file that the run began with");
  try {
    addFirstWeights(weights, run.options);
  } catch (const Error &error) {
    fail(trouble, "; it cannot be made anew: ", error.what(),
         "; give the file that the run began with by --backbone-weights");
  }
  report(trouble + "; it is made anew of " + given);
  FrozenWeights frozen = FrozenWeights::write(run.folder.file(frozenFile), run.program, weights);
  if (!from.state.frozen.empty() && frozen.sum() != from.state.frozen)
    fail(given, ": has other weights than the run began with: give those with --backbone-weights");
  return frozen;
}

// Takes the weights that no checkpoint has. If their file is damaged, it is made anew.
static void takeFrozen(const Run &run, const Checkpoint &from, RunStart &start, const Report &report) {
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

static RunStart goOn(const Run &run, const Checkpoint &from, const Report &report) {
  requireSameRun(from.path, from.state, run.stateAt(0, from.state.frozen));
  if (from.state.sourceHash != run.program.model().sourceHash)
    report(from.path + ": the model is compiled of other texts than then: the run goes on, but not bit for bit");
  if (from.state.step > run.options.steps)
    fail(run.folder.path(), ": is at step ", from.state.step, " already, --steps is ", run.options.steps);
  RunStart start{from.state.step, StartWeights(run.program, run.options.seed), std::nullopt,
                 run.options.backboneWeights};
  takeFrozen(run, from, start, report);
  start.weights.addSaved(from.file(modelFile));
  return start;
}

RunStart RunStart::of(const Run &run, const Report &report) {
  if (const std::optional<Checkpoint> newest = run.checkpoints.recover(report))
    return goOn(run, *newest, report);
  if (!run.checkpoints.steps().empty())
    fail(run.folder.path(), ": none of its checkpoints is whole: start anew in another --output");
  return begin(run, report);
}

} // namespace dpsims
