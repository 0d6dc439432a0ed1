// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/run_scores.h"

#include <algorithm>

namespace dpsims {

static Validation openValidation(const Run &run, const Judge &judge, Device &device, const WeightLookup &weights) {
  const auto count = int64_t(std::min<uint64_t>(run.data.validationPictures(), run.options.validationImages));
  return {{[&judge, &device, &weights] { return judge.open(device, weights); },
           [&run] { return run.data.validationLoader(); }},
          run.iteration.size(),
          count};
}

RunScores::RunScores(const Run &run, const Judge &judge, Device &device, const WeightLookup &weights, uint64_t lastStep)
    : run(run), device(device), validation(openValidation(run, judge, device, weights)),
      table(run.folder.file("validation.csv"), {"frechet", "diversity"}, lastStep) {
  const std::vector<double> steps = readCsv(run.folder.file("validation.csv")).steps;
  if (!steps.empty())
    newest = uint64_t(steps.back());
}

Scores RunScores::measure(uint64_t step, WeightSource &generator) {
  Painter painter(run.program.shared(), device, generator);
  const Scores scores = validation.measure(painter, Noise(run.options.seed));
  table.append(step, {float(scores.frechet), float(scores.diversity)});
  table.sync();
  newest = step;
  return scores;
}

} // namespace dpsims
