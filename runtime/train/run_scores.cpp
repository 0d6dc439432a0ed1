// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/run_scores.h"

#include "runtime/base/error.h"

#include <algorithm>

namespace dpsims {

static Validation openValidation(const RunParts &run, const Judge &judge, Device &device, const WeightLookup &weights,
                                 int64_t count) {
  return {{[&judge, &device, &weights] { return judge.open(device, weights); },
           [&run] { return run.data.validationLoader(); }},
          run.iteration.size(),
          count};
}

RunScores::RunScores(const RunParts &run, const Judge &judge, Device &device, const WeightLookup &weights,
                     uint64_t lastStep)
    : run(run), device(device),
      pictures(int64_t(std::min<uint64_t>(run.data.validationPictures(), run.options.validationImages))),
      validation(openValidation(run, judge, device, weights, pictures)),
      table(run.folder.file("validation.csv"), {"frechet", "diversity", "pictures"}, lastStep) {
  const std::string path = run.folder.file("validation.csv");
  const CsvTable rows = readCsv(path);
  if (rows.steps.empty())
    return;
  newest = uint64_t(rows.steps.back());
  const auto before = int64_t(rows.values.back().back());
  if (before != pictures)
    fail(path, ": was measured on ", before, " pictures until now, and would be on ", pictures,
         " from here on: no curve can have both; give --validation-images ", before,
         " if the split has so many, or move the table away");
}

Scores RunScores::measure(uint64_t step, WeightSource &generator) {
  Painter painter(run.program.shared(), device, generator);
  const Scores scores = validation.measure(painter, Noise(run.options.seed));
  table.append(step, {float(scores.frechet), float(scores.diversity), float(pictures)});
  table.sync();
  newest = step;
  return scores;
}

} // namespace dpsims
