// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/export_average.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/train/generator_weights.h"
#include "runtime/train/iteration.h"
#include "runtime/train/options.h"
#include "runtime/train/run_folder.h"
#include "runtime/train/training_data.h"

#include <algorithm>

namespace dpsims {

namespace {

void requireStep(const ExportOptions &options, const std::vector<uint64_t> &steps) {
  if (std::find(steps.begin(), steps.end(), uint64_t(options.step)) != steps.end())
    return;
  std::string known;
  for (uint64_t step : steps)
    known += (known.empty() ? "" : ", ") + std::to_string(step);
  fail(options.run, ": has no checkpoint of step ", options.step, "; it has ", known.empty() ? "none" : known);
}

Checkpoint checkpointOf(const ExportOptions &options, const Report &report) {
  requireDirectory(options.run);
  const Checkpoints checkpoints(joinPath(options.run, "checkpoints"));
  if (options.step >= 0) {
    requireStep(options, checkpoints.steps());
    return checkpoints.open(uint64_t(options.step));
  }
  const std::optional<Checkpoint> newest = checkpoints.newest(report);
  if (!newest)
    fail(options.run, checkpoints.steps().empty() ? ": has no checkpoint" : ": none of its checkpoints is whole");
  return *newest;
}

// The flags do not name these.
void refuseOverwriting(const std::string &output, const TrainOptions &run, const Checkpoint &from) {
  FileSet read;
  for (const std::string &path : {run.model, from.file(modelFile), from.file("state.json"), from.file("DONE")})
    read.add(path);
  if (read.contains(output))
    fail(output, ": is read, and cannot be the output too: name another for --output");
}

} // namespace

std::map<std::string, std::string> averageMetadata(const CheckpointState &state) {
  return {{"dpsims.source_hash", state.sourceHash},
          {"dpsims.step", std::to_string(state.step)},
          {"dpsims.seed", std::to_string(state.seed)}};
}

void exportAverage(const ExportOptions &options, const Report &report) {
  const Checkpoint from = checkpointOf(options, report);
  TrainOptions run;
  run.output = options.run;
  readOptions(joinPath(options.run, optionsFile), run);
  if (!options.model.empty())
    run.model = options.model;
  if (!options.data.empty())
    run.data = options.data;
  refuseOverwriting(options.output, run, from);
  const std::shared_ptr<const CompiledModel> model = CompiledModel::load(run.model);
  const Shape size = Iteration(*model, trainEntry(*model, 0), run.seed).size();
  CheckpointState current{0, from.state.seed, size[0], model->sourceHash, model->config, from.state.frozen};
  requireSameRun(from.path, from.state, current);
  const TrainingData data(*model, run.data, size, takesInstances(*model), run.seed, run.dataThreads);
  if (options.threads)
    run.threads = options.threads;
  if (!options.device.empty())
    run.device = options.device;
  const std::unique_ptr<Device> device = createDevice(model->target, deviceOptions(run), model->path);
  const SafetensorsFile weights(from.file(modelFile));
  averageGenerator(model, *device, tensorsOf(weights), *data.statisticsLoader(), run.statisticsBatches, Noise(run.seed))
      .write(options.output, options.half, averageMetadata(from.state));
  report(options.output + ": the averaged generator of step " + std::to_string(from.state.step));
}

} // namespace dpsims
