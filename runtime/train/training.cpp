// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/training.h"

namespace dpsims {

static std::unique_ptr<Device> openDevice(const Run &run, const OpenDevice &open) {
  run.takePlans();
  return open(run.program.model().target, deviceOptions(run.options), run.program.model().path);
}

// The run's own files: from here on it can be resumed.
static FrozenWeights writeStart(const Run &run, RunStart &start) {
  run.sharePlans();
  TrainOptions options = run.options;
  options.backboneWeights = start.backboneFile;
  writeOptions(run.folder.file(optionsFile), options);
  if (start.frozen)
    return std::move(*start.frozen);
  return FrozenWeights::write(run.folder.file(frozenFile), run.program, start.weights);
}

static WeightLookup allWeights(const Session &session, const FrozenWeights &frozen) {
  return [trained = variablesOf(session), kept = tensorsOf(frozen.file())](const std::string &name, int64_t count,
                                                                           float *dst) {
    return trained(name, count, dst) || kept(name, count, dst);
  };
}

Training::Training(Run &run, RunStart start, const OpenDevice &open)
    : run(run), opened(openDevice(run, open)),
      networks(run.program.shared(), run.program.entry(), *opened, &start.weights, IterationQueue::depth),
      frozen(writeStart(run, start)), lookup(allWeights(networks, frozen)),
      numbers(run.folder, run.iteration.names(), start.step),
      queue(networks, run.iteration, run.data.trainingLoader(start.step), numbers) {}

} // namespace dpsims
