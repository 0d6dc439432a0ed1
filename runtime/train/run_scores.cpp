// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/run_scores.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace dpsims {

static const char tableFile[] = "validation.csv";

static int64_t scoredPictures(const RunParts &run) {
  return int64_t(std::min<uint64_t>(run.data.validationPictures(), run.options.validationImages));
}

void requireSameCurve(const RunParts &run, uint64_t lastStep) {
  const std::string path = run.folder.file(tableFile);
  std::error_code ignored;
  if (!run.judge || !std::filesystem::exists(path, ignored))
    return;
  // Only the first row: after the checkpoint's there may be anything, which is cut later.
  std::istringstream text(readText(path, uint64_t(1) << 32));
  std::string header, row;
  std::getline(text, header);
  if (!std::getline(text, row) || text.eof() || header.substr(header.rfind(',') + 1) != "pictures" ||
      std::strtoull(row.c_str(), nullptr, 10) > lastStep)
    return;
  const int64_t before = std::strtoll(row.c_str() + row.rfind(',') + 1, nullptr, 10), now = scoredPictures(run);
  if (before != now)
    fail(ErrorCode::Incompatible, path, ": was measured on ", before, " pictures until now, and would be on ", now,
         " from here on: no curve can have both; give --validation-images ", before,
         " if the split has so many, or move the table away");
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
      table(run.folder.file(tableFile), {"frechet", "diversity", "pictures"}, lastStep) {
  const std::vector<double> steps = readCsv(run.folder.file(tableFile)).steps;
  if (!steps.empty())
    newest = uint64_t(steps.back());
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
