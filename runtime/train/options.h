// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a training run is asked to do: the flags of `dpsims-run train`, kept as RUN/run.json.

#ifndef DPSIMS_RUNTIME_TRAIN_OPTIONS_H
#define DPSIMS_RUNTIME_TRAIN_OPTIONS_H

#include "runtime/device/device.h"
#include "runtime/evaluate/score_options.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace dpsims {

struct TrainOptions {
  std::string model;           ///< compiled with --training
  std::string data;            ///< the data set's folder
  std::string output;          ///< the run's folder
  std::string weights;         ///< first weights; empty: by the seed
  std::string backboneWeights; ///< first weights of the discriminator's backbone, timm's names
  std::string featuresModel;   ///< has the entry `features` for validation; empty: the model's own
  std::string featuresWeights; ///< for that entry; empty: the run's backbone
  uint64_t steps = 10000;
  int64_t batch = 0; ///< 0: the model's
  uint64_t seed = 0;
  bool resume = false;
  uint64_t checkpointEvery = 500;
  uint64_t keep = 3;                                  ///< checkpoints: the last so many,
  uint64_t keepEvery = 0;                             ///< and each whose step is a multiple, with its average; 0: none
  uint64_t sampleEvery = 500, validateEvery = 1000;   ///< 0: never
  uint64_t validationImages = 500;                    ///< at most
  ScoreOptions scores;                                ///< those that dpsims-run evaluate knows
  uint64_t evaluateEvery = 5000, evaluateSamples = 1; ///< how often; of each label map; 0: never
  uint64_t statisticsBatches = 32;                    ///< for the average's statistics
  std::string device;                                 ///< chooseDevice's; empty: the model's
  int threads = 0;                                    ///< that compute
  int dataThreads = 2;                                ///< that read pictures
  uint64_t skipBad = 0;                               ///< LoaderOptions::skipBad
  std::string convolution = "auto";                   ///< auto, direct or winograd
  std::string plans;                   ///< DeviceOptions::planCache, named; a run keeps what it takes from it
  bool graphs = true;                  ///< DeviceOptions::graphs; no matter to the results, so not kept
  uint32_t streams = 1;                ///< DeviceOptions::streams, likewise
  bool nondeterministic = false;       ///< DeviceOptions::nondeterministic
  bool checked = false;                ///< DeviceOptions::checked; a run does not keep it
  std::shared_ptr<Communicator> ranks; ///< DeviceOptions::communicator; a run may go on with another number of them
};

/// Calls visit(name, field) for each option that a run keeps. The names are those of the flags.
template <typename Options, typename Visit> void eachOption(Options &options, Visit visit) {
  visit("model", options.model);
  visit("data", options.data);
  visit("weights", options.weights);
  visit("backbone-weights", options.backboneWeights);
  visit("features-model", options.featuresModel);
  visit("features-weights", options.featuresWeights);
  visit("steps", options.steps);
  visit("seed", options.seed);
  visit("checkpoint-every", options.checkpointEvery);
  visit("keep", options.keep);
  visit("keep-every", options.keepEvery);
  visit("sample-every", options.sampleEvery);
  visit("validate-every", options.validateEvery);
  visit("validation-images", options.validationImages);
  visit("evaluate-every", options.evaluateEvery);
  visit("evaluate-samples", options.evaluateSamples);
  visit("inception", options.scores.inception.model);
  visit("inception-weights", options.scores.inception.weights);
  visit("kid", options.scores.kernel);
  visit("lpips", options.scores.lpips.model);
  visit("lpips-weights", options.scores.lpips.weights);
  visit("diversity", options.scores.diversity);
  visit("segmenter", options.scores.segmenter.model);
  visit("segmenter-weights", options.scores.segmenter.weights);
  visit("segmenter-program", options.scores.segmenter.entry);
  visit("statistics-batches", options.statisticsBatches);
  visit("device", options.device);
  visit("threads", options.threads);
  visit("data-threads", options.dataThreads);
  visit("skip-bad", options.skipBad);
  visit("convolution", options.convolution);
  visit("nondeterministic", options.nondeterministic);
}

/// What its device is to be. Error: `device` is not a name of one.
DeviceOptions deviceOptions(const TrainOptions &options);

/// Error if a path is not UTF-8, which run.json could not hold.
void requireStorable(const TrainOptions &options);

/// Writes the options; paths become absolute. Error: one is not UTF-8.
void writeOptions(const std::string &path, const TrainOptions &options);

/// What the number of an option must be.
struct OptionRange {
  uint64_t least, most;
};
OptionRange rangeOf(std::string_view name);

/// Reads what writeOptions wrote, but for the options that `isGiven` says; options that the file lacks stay as they
/// are. Error: it is not such a file, or a value is none that its flag takes.
void readOptions(
    const std::string &path, TrainOptions &options,
    const std::function<bool(const std::string &)> &isGiven = [](const std::string &) { return false; });

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_OPTIONS_H
