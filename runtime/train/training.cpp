// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/training.h"

#include "runtime/format/describe.h"

#include <algorithm>

namespace dpsims {

static std::unique_ptr<Device> openDevice(const RunParts &run, const OpenDevice &open) {
  run.takePlans();
  return open(run.program.model().target, deviceOptions(run.options), run.program.model().path);
}

// The run's own files: from here on it can be resumed.
static FrozenWeights writeStart(const RunParts &run, RunStart &start) {
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

static WeightLookup allWeights(const Session &session, const FrozenWeights &frozen) {
  return [trained = variablesOf(session), kept = tensorsOf(frozen.file())](const std::string &name, int64_t count,
                                                                           float *dst) {
    return trained(name, count, dst) || kept(name, count, dst);
  };
}

std::string Training::memoryText() const {
  uint64_t average = 0, optimizer = 0;
  for (uint32_t variable : run.program.entry().variables) {
    const WeightSpec &spec = run.program.model().weights[variable];
    const auto bytes = uint64_t(byteSize(spec.type, spec.shape));
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
    : run(run), opened(openDevice(run, open)),
      networks(run.program.shared(), run.program.entry(), *opened, &start.weights, IterationQueue::depth),
      frozen(writeStart(run, start)), lookup(allWeights(networks, frozen)),
      numbers(run.folder, run.iteration.names(), start.step),
      queue(networks, run.iteration, run.data.trainingLoader(start.step), numbers) {}

} // namespace dpsims
