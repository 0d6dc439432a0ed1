// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/run_scores.h"

#include "runtime/train/run_evaluation.h"

#include <algorithm>

namespace dpsims {

static int64_t scoredPictures(const RunParts &run) {
  return int64_t(std::min<uint64_t>(run.data.validationPictures(), run.options.validationImages));
}

void requireSameCurve(const RunParts &run, uint64_t lastStep) {
  if (run.judge)
    requireSamePictures(run.folder.file(validationTable), lastStep, scoredPictures(run), "--validation-images");
  if (RunEvaluation::isWanted(run.options))
    requireSamePictures(run.folder.file(evaluationTable), lastStep,
                        int64_t(run.data.validationPictures() * run.options.evaluateSamples), "--evaluate-samples");
}

static Validation openValidation(const RunParts &run, const Judge &judge, Device &device, const WeightLookup &weights,
                                 int64_t count) {
  return {{[&judge, &device, &weights] { return judge.open(device, weights); },
           [&run] { return run.data.validationLoader(); }},
          run.iteration.size(),
          count};
}

RunScores::RunScores(const RunParts &run, const Judge &judge, Device &device, const WeightLookup &weights,
                     uint64_t lastStep)
    : run(run), device(device), pictures(scoredPictures(run)),
      validation(openValidation(run, judge, device, weights, pictures)),
      table(run.folder.file(validationTable), {"frechet", "diversity"}, lastStep) {}

Scores RunScores::measure(uint64_t step, WeightSource &generator) {
  Painter painter(run.program.shared(), device, generator);
  const Scores scores = validation.measure(painter, Noise(run.options.seed));
  table.append(step, {float(scores.frechet), float(scores.diversity)}, pictures);
  return scores;
}

} // namespace dpsims
