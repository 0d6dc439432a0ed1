// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scores of pictures: `dpsims-run evaluate`. Pictures pass once, one after the other, and nothing is kept of them.

#ifndef DPSIMS_RUNTIME_EVALUATE_EVALUATOR_H
#define DPSIMS_RUNTIME_EVALUATE_EVALUATOR_H

#include "runtime/device/device.h"
#include "runtime/evaluate/evaluation_report.h"
#include "runtime/evaluate/feature_score.h"
#include "runtime/evaluate/score_options.h"
#include "runtime/sample/dataset_sampler.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace dpsims {

struct EvaluateOptions : ScoreOptions {
  /// What is judged: a folder of pictures, or what a generator makes of a data set's label maps.
  std::string pictures;
  ProgramFiles generator;
  DatasetSamplerOptions sampling;

  /// What it is compared with: a folder, for FID also an .npz; empty: the data set's photos. Label maps for a folder of
  /// pictures.
  std::string photos, labels;

  std::string statistics; ///< .npz that the pictures' statistics are written to; empty: none
};

/// Error: options that do not go together; files and models that do not; see the scores.
/// `ranks` call it together, each judges its share of the pictures, and the first has the report; null: there is one.
EvaluationReport evaluate(const EvaluateOptions &options, const DeviceOptions &device, Communicator *ranks = nullptr);

/// A generator in memory.
struct LiveGenerator {
  std::shared_ptr<const CompiledModel> model;
  Device &device;
  WeightSource &weights;
};

/// Judges a generator again and again, as one that trains. What is found in the data set's photos is kept.
class RepeatedEvaluation {
public:
  /// `options` name no pictures and no generator.
  RepeatedEvaluation(EvaluateOptions chosen, DeviceOptions device)
      : options(std::move(chosen)), device(std::move(device)) {}

  /// Opens all programs, so that errors come before there is any work: those of evaluate; a program takes pictures of
  /// another size than the generator of `model` makes.
  void check(const CompiledModel &model) const;

  /// The scores of the generator as it is now. `between` is called between pictures, and may throw.
  EvaluationReport measure(const LiveGenerator &generator, const std::function<void()> &between);

private:
  const EvaluateOptions options;
  const DeviceOptions device;
  std::optional<PhotoFeatures> photos;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_EVALUATE_EVALUATOR_H
