// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/training.h"

#include "runtime/format/describe.h"

#include <algorithm>

namespace dpsims {

// The run's own files: from here on it can be resumed.
static std::optional<FrozenWeights> writeStart(const RunParts &run, RunStart &start) {
  if (!run.ranks.isFirst())
    return std::nullopt;
  run.sharePlans();
  TrainOptions options = run.options;
  options.backboneWeights = start.backboneFile;
  writeOptions(run.folder.file(optionsFile), options);
  if (!start.pictures.empty())
    start.pictures.write(run.folder.file(picturesFile));
  if (start.frozen)
    return std::move(*start.frozen);
  return FrozenWeights::write(run.folder.file(frozenFile), run.program, start.weights);
}

static WeightLookup allWeights(const Session &session, const std::optional<FrozenWeights> &frozen) {
  if (!frozen)
    return variablesOf(session);
  return [trained = variablesOf(session), kept = tensorsOf(frozen->file())](const std::string &name, int64_t count,
                                                                            float *dst) {
    return trained(name, count, dst) || kept(name, count, dst);
  };
}

static Session openNetworks(const RunParts &run, RunStart &start, Device &device) {
  SharedWeights weights(run.program.model(), run.ranks, run.ranks.isFirst() ? &start.weights : nullptr);
  return Session(run.program.shared(), run.program.entry(), device, &weights, IterationQueue::depth, run.ranks.rank());
}

static std::optional<RunLogs> openLogs(const RunParts &run, uint64_t lastStep) {
  if (!run.ranks.isFirst())
    return std::nullopt;
  return std::optional<RunLogs>(std::in_place, run.folder, run.iteration.names(), lastStep);
}

std::string Training::memoryText() const {
  uint64_t average = 0, optimizer = 0;
  for (uint32_t variable : run.program.entry().variables) {
    const WeightSpec &spec = run.program.model().weights[variable];
    const uint64_t bytes = spec.keptBytes();
    average += spec.name.rfind("ema.", 0) == 0 ? bytes : 0;
    optimizer += spec.name.rfind("optimizer.", 0) == 0 ? bytes : 0;
  }
  const MemoryUse use = networks.memory();
  const uint64_t weights = use.variables - std::min(use.variables, average + optimizer);
  return bytesText(use.total()) + " of memory: arena " + bytesText(use.arena) + ", weights " + bytesText(weights) +
         ", average " + bytesText(average) + ", optimizer " + bytesText(optimizer) + ", constants " +
         bytesText(use.constants) + ", libraries " + bytesText(use.workspace) +
         (use.arguments ? ", inputs and outputs " + bytesText(use.arguments) : "") + "; up to " +
         bytesText(LoaderOptions().cacheBytes) + " more of the host's for pictures";
}

Training::Training(RunParts &run, RunStart start, const OpenDevice &open)
    : run(run), plans(run), opened(plans.open(open)), networks(openNetworks(run, start, *opened)),
      frozen(writeStart(run, start)), lookup(allWeights(networks, frozen)), numbers(openLogs(run, start.step)),
      queue(networks, run.iteration, run.data.trainingLoader(start.step), logs(), run.ranks) {}

} // namespace dpsims
