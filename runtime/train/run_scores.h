// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How good a run's samples are: validation.csv.

#ifndef DPSIMS_RUNTIME_TRAIN_RUN_SCORES_H
#define DPSIMS_RUNTIME_TRAIN_RUN_SCORES_H

#include "runtime/train/judge.h"
#include "runtime/train/run_parts.h"
#include "runtime/train/score_table.h"
#include "runtime/train/validation.h"

namespace dpsims {

/// Error if a table's rows up to `lastStep` are of another number of pictures, with which no curve can go on.
void requireSameCurve(const RunParts &run, uint64_t lastStep);

class RunScores {
public:
  /// Rows of steps after `lastStep` are cut. All must outlive the object.
  RunScores(const RunParts &run, const Judge &judge, Device &device, const WeightLookup &weights, uint64_t lastStep);

  /// Is the step's row there?
  bool has(uint64_t step) const { return table.has(step); }

  /// The scores of a generator at a step, which become a row. Throws Stopped.
  Scores measure(uint64_t step, WeightSource &generator);

private:
  const RunParts &run;
  Device &device;
  const int64_t pictures; // that are scored
  Validation validation;
  ScoreTable table;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_RUN_SCORES_H
