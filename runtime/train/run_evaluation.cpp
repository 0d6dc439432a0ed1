// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/run_evaluation.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/train/stop_signal.h"

#include <cstdio>

namespace dpsims {

static EvaluateOptions optionsOf(const RunParts &run) {
  EvaluateOptions options;
  static_cast<ScoreOptions &>(options) = run.options.scores;
  options.sampling.directory = run.options.data;
  options.sampling.seed = run.options.seed;
  options.sampling.samples = uint32_t(run.options.evaluateSamples);
  options.sampling.workers = run.options.dataThreads;
  return options;
}

static DeviceOptions deviceOf(const RunParts &run) {
  DeviceOptions options = deviceOptions(run.options);
  options.communicator = nullptr; // the first rank evaluates alone
  return options;
}

// Columns of the table, in the order of scoresOf.
static std::vector<std::string> columnsOf(const ScoreOptions &options) {
  std::vector<std::string> columns;
  if (!options.inception.model.empty())
    columns.push_back("fid");
  if (options.kernel)
    columns.push_back("kid");
  if (!options.lpips.model.empty())
    columns.push_back(options.diversity ? "lpips_diversity" : "lpips");
  if (!options.segmenter.model.empty())
    columns.insert(columns.end(), {"miou", "pixel_accuracy"});
  return columns;
}

static std::vector<float> scoresOf(const EvaluationReport &report) {
  std::vector<float> scores;
  if (report.frechet)
    scores.push_back(float(*report.frechet));
  if (report.kernel)
    scores.push_back(float(report.kernel->mean));
  for (const std::optional<double> &distance : {report.lpips, report.diversity})
    if (distance)
      scores.push_back(float(*distance));
  if (report.confusion)
    scores.insert(scores.end(),
                  {float(report.confusion->meanIntersectionOverUnion()), float(report.confusion->pixelAccuracy())});
  return scores;
}

void RunEvaluation::check(const RunParts &run) {
  const ScoreOptions &scores = run.options.scores;
  if (scores.any() || scores.kernel || scores.diversity)
    requireComplete(scores);
  if (!isWanted(run.options))
    return;
  const size_t photos = run.data.validationPictures();
  if (photos < 2)
    fail(ErrorCode::Incompatible, "the data set has ", photos ? "one picture in its" : "no",
         " validation split (\"val\"), on which samples are judged: leave --inception, --lpips and --segmenter out");
  RepeatedEvaluation(optionsOf(run), deviceOf(run)).check(run.program.model());
}

RunEvaluation::RunEvaluation(const RunParts &run, Device &device, uint64_t lastStep)
    : run(run), device(device), evaluation(optionsOf(run), deviceOf(run)),
      table(run.folder.file(evaluationTable), columnsOf(run.options.scores), lastStep) {}

static std::string fileOf(const RunParts &run, uint64_t step) {
  char name[48];
  std::snprintf(name, sizeof name, "evaluations/step-%08llu.json", static_cast<unsigned long long>(step));
  return run.folder.file(name);
}

RunEvaluation::NamedScores RunEvaluation::measure(uint64_t step, WeightSource &generator) {
  const EvaluationReport report = evaluation.measure({run.program.shared(), device, generator}, throwIfStopped);
  makeDirectory(run.folder.file("evaluations"));
  writeFile(fileOf(run, step), describeJson(report));
  const std::vector<std::string> columns = columnsOf(run.options.scores);
  const std::vector<float> scores = scoresOf(report);
  table.append(step, scores, report.pictures);
  NamedScores named;
  for (size_t i = 0; i < columns.size(); ++i)
    named.emplace_back(columns[i], scores[i]);
  return named;
}

} // namespace dpsims
