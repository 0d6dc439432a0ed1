// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `dpsims-run evaluate` measures, of a run's averaged generator on the validation split: evaluation.csv, and all
// of it in evaluations/step-00000500.json.

#ifndef DPSIMS_RUNTIME_TRAIN_RUN_EVALUATION_H
#define DPSIMS_RUNTIME_TRAIN_RUN_EVALUATION_H

#include "runtime/evaluate/evaluator.h"
#include "runtime/train/run_parts.h"
#include "runtime/train/score_table.h"

#include <string>
#include <utility>
#include <vector>

namespace dpsims {

class RunEvaluation {
public:
  using NamedScores = std::vector<std::pair<std::string, float>>;

  static bool isWanted(const TrainOptions &options) { return options.scores.any() && options.evaluateEvery; }

  /// Opens all programs once. Error: options that do not go together; those of RepeatedEvaluation::check; there is no
  /// validation split.
  static void check(const RunParts &run);

  /// Rows of steps after `lastStep` are cut. `run` and `device` must outlive the object. Error: the table has other
  /// scores.
  RunEvaluation(const RunParts &run, Device &device, uint64_t lastStep);

  /// Is the step's row there?
  bool has(uint64_t step) const { return table.has(step); }

  /// The scores of a generator at a step, which become a row. Throws Stopped.
  NamedScores measure(uint64_t step, WeightSource &generator);

private:
  const RunParts &run;
  Device &device;
  RepeatedEvaluation evaluation;
  ScoreTable table;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_RUN_EVALUATION_H
