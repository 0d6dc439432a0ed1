// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The backbone that judges samples: whose features the Frechet distance compares.

#ifndef DPSIMS_RUNTIME_TRAIN_JUDGE_H
#define DPSIMS_RUNTIME_TRAIN_JUDGE_H

#include "runtime/train/features.h"
#include "runtime/train/generator_weights.h"
#include "runtime/train/options.h"
#include "runtime/train/program.h"
#include "runtime/train/report.h"
#include "runtime/train/training_data.h"

#include <memory>
#include <optional>
#include <string>

namespace dpsims {

class Judge {
public:
  /// The one that the options name, or the run's own if it is frozen; none, which `report` hears of, if there is no
  /// fixed one or no split to judge on. Error: the models lack an entry, or the features' weights do not fit.
  static std::optional<Judge> choose(const TrainOptions &options, const TrainProgram &program, const TrainingData &data,
                                     const Report &report);

  /// `weights`: those of the run.
  FeatureExtractor open(Device &device, const WeightLookup &weights) const;

private:
  Judge(std::shared_ptr<const CompiledModel> model, std::string weightsFile)
      : model(std::move(model)), weightsFile(std::move(weightsFile)) {}

  std::shared_ptr<const CompiledModel> model;
  std::string weightsFile; // empty: the run's backbone
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_JUDGE_H
