// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run shows of itself: grids of samples, scores on the validation split, curves.

#ifndef DPSIMS_RUNTIME_TRAIN_EVALUATION_H
#define DPSIMS_RUNTIME_TRAIN_EVALUATION_H

#include "runtime/train/csv_log.h"
#include "runtime/train/event_file.h"
#include "runtime/train/generator_weights.h"
#include "runtime/train/options.h"
#include "runtime/train/run_folder.h"
#include "runtime/train/training_data.h"
#include "runtime/train/validation.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace dpsims {

/// Hears of what happens on the way, a line each.
using Report = std::function<void(const std::string &)>;

class Evaluation {
public:
  /// All must outlive the object. Error: the models lack an entry, or the features' weights do not fit.
  Evaluation(const TrainOptions &options, std::shared_ptr<const CompiledModel> model, const TrainingData &data,
             const RunFolder &folder, Report report);

  /// The weights of the run. `lastStep`: rows of later steps are cut.
  void begin(Device &device, WeightLookup weights, EventFile &events, uint64_t lastStep);

  /// May something be due at this step?
  bool isDue(uint64_t step, bool last) const;

  /// Does what is due at a step and not yet there. Throws Stopped.
  void run(uint64_t step, bool last);

  /// The averaged generator of a step, which must be where the weights are. Throws Stopped.
  const GeneratorWeights &average(uint64_t step);

  /// Has the average of this step been made?
  bool hasAverage(uint64_t step) const { return averaged && averagedStep == step; }

private:
  void chooseFeatures();
  FeatureExtractor openExtractor();
  void drawGrid(uint64_t step, const std::string &path);
  void validate(uint64_t step);
  void drawCurves(uint64_t step);

  const TrainOptions &options;
  std::shared_ptr<const CompiledModel> model, featuresModel; // the latter null: no distance is measured
  const TrainingData &data;
  const RunFolder &folder;
  Report report;
  Noise noise;
  Shape size;
  Device *device = nullptr;
  EventFile *events = nullptr;
  WeightLookup weights;
  std::optional<Validation> validation;
  std::optional<uint64_t> validated; // the last step
  std::unique_ptr<CsvLog> scores;
  std::optional<GeneratorWeights> averaged;
  uint64_t averagedStep = 0;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_EVALUATION_H
