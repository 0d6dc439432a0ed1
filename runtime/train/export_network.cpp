// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/export_network.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/train/average.h"
#include "runtime/train/checkpoints.h"
#include "runtime/train/iteration.h"
#include "runtime/train/options.h"
#include "runtime/train/picture_list.h"
#include "runtime/train/program.h"
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
  fail(ErrorCode::NotFound, options.run, ": has no checkpoint of step ", options.step, "; it has ",
       known.empty() ? "none" : known);
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
    fail(ErrorCode::NotFound, options.run,
         checkpoints.steps().empty() ? ": has no checkpoint" : ": none of its checkpoints is whole");
  return *newest;
}

// The run's, but for what is given.
TrainOptions optionsOf(const ExportOptions &options) {
  TrainOptions run;
  run.output = options.run;
  readOptions(joinPath(options.run, optionsFile), run);
  if (!options.model.empty())
    run.model = options.model;
  if (!options.data.empty())
    run.data = options.data;
  if (options.threads)
    run.threads = options.threads;
  if (!options.device.empty())
    run.device = options.device;
  return run;
}

// The flags do not name these.
void refuseOverwriting(const std::string &output, const TrainOptions &run, const Checkpoint &from) {
  FileSet read;
  for (const std::string &path : {run.model, from.file(modelFile), from.file("state.json"), from.file("DONE")})
    read.add(path);
  if (read.contains(output))
    fail(output, ": is read, and cannot be the output too: name another for --output");
}

std::map<std::string, std::string> metadataOf(const ExportOptions &options, const Checkpoint &from) {
  std::map<std::string, std::string> metadata = networkMetadata(from.state, options.network);
  if (!options.license.empty())
    metadata["license"] = options.license;
  return metadata;
}

void exportAverage(const ExportOptions &options, const Checkpoint &from, const TrainOptions &run,
                   const Report &report) {
  const TrainProgram program(run.model, /*batch=*/0);
  const CompiledModel &model = program.model();
  const Shape size = Iteration(model, program.entry(), run.seed).size();
  requireSameRun(from.path, from.state,
                 {0, from.state.seed, size[0], model.sourceHash, model.config, from.state.frozen, ""});
  const TrainingData data(model, run.data, size, program.takesInstances(), run.seed, run.dataThreads, run.skipBad);
  if (const std::string now = PictureList::of(data).fingerprint();
      !from.state.pictures.empty() && now != from.state.pictures)
    report(run.data + ": is not the data set of " + from.path + ": " + from.state.pictures + " then, " + now +
           " now; the average's statistics are estimated from what is there now");
  const std::unique_ptr<Device> device = createDevice(model.target, deviceOptions(run), model.path);
  const SafetensorsFile file(from.file(modelFile));
  const WeightLookup weights = tensorsOf(file);
  averageGenerator({program.shared(), weights, data, run.statisticsBatches, run.seed, RunRanks(nullptr)}, *device)
      .write(options.output, options.half, metadataOf(options, from));
}

// As it is in the checkpoint, and what no checkpoint has because training does not change it.
void exportTrained(const ExportOptions &options, const Checkpoint &from) {
  NetworkWeights weights;
  const std::string prefix = options.network + ".", frozen = joinPath(options.run, frozenFile);
  addBelow(SafetensorsFile(frozen), prefix, weights);
  if (const std::string sum = sumOfFile(frozen); !from.state.frozen.empty() && sum != from.state.frozen)
    fail(ErrorCode::InvalidData, frozen, ": is not the file that ", from.path, " was trained with: its sum is ", sum,
         ", not ", from.state.frozen);
  addBelow(SafetensorsFile(from.file(modelFile)), prefix, weights);
  writeWeights(options.output, weights, options.half, metadataOf(options, from));
}

std::string describe(const std::string &network) { return network == "average" ? "averaged generator" : network; }

} // namespace

void exportNetwork(const ExportOptions &options, const Report &report) {
  const Checkpoint from = checkpointOf(options, report);
  const TrainOptions run = optionsOf(options);
  refuseOverwriting(options.output, run, from);
  if (options.network == "average")
    exportAverage(options, from, run, report);
  else
    exportTrained(options, from);
  report(options.output + ": the " + describe(options.network) + " of step " + std::to_string(from.state.step));
}

} // namespace dpsims
