// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run shows of itself: grids of samples, scores on the validation split, curves.

#ifndef DPSIMS_RUNTIME_TRAIN_EVALUATION_H
#define DPSIMS_RUNTIME_TRAIN_EVALUATION_H

#include "runtime/train/average.h"
#include "runtime/train/event_file.h"
#include "runtime/train/run_evaluation.h"
#include "runtime/train/run_parts.h"
#include "runtime/train/run_scores.h"

#include <cstdint>
#include <optional>
#include <string>

namespace dpsims {

class Evaluation {
public:
  /// Where the run's weights are, and who else uses what is made of them. All must outlive the object.
  struct Subject {
    Device &device;
    const WeightLookup &weights;
    AverageCache &average;
  };

  /// `lastStep`: rows of later steps are cut. `run` and `events` must outlive the object. `events`: null on other ranks
  /// than the first, which know what is due and do none of it.
  Evaluation(const RunParts &run, const Subject &subject, EventFile *events, uint64_t lastStep, Report report);

  /// May something be due at this step?
  bool isDue(uint64_t step) const;

  /// Does what is due at a step and not yet there. Throws Stopped.
  void at(uint64_t step);

private:
  bool isDueAt(uint64_t step, uint64_t every) const;
  void drawGrid(uint64_t step, const std::string &path);
  void score(uint64_t step);
  void judge(uint64_t step);
  void drawCurves() const;

  const RunParts &run;
  const Subject subject;
  EventFile *events;
  const Report report;
  std::optional<RunScores> scores; // if there is a judge
  std::optional<RunEvaluation> evaluation;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_EVALUATION_H
