// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/evaluation.h"

#include "runtime/base/text.h"
#include "runtime/image/png.h"
#include "runtime/train/curves.h"
#include "runtime/train/painter.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace dpsims {

static constexpr int64_t gridRows = 6;

Evaluation::Evaluation(const RunParts &run, const Subject &subject, EventFile *events, uint64_t lastStep, Report hears)
    : run(run), subject(subject), events(events), report(std::move(hears)) {
  if (run.judge)
    scores.emplace(run, *run.judge, subject.device, subject.weights, lastStep);
  if (events && RunEvaluation::isWanted(run.options))
    evaluation.emplace(run, subject.device, lastStep);
}

bool Evaluation::isDueAt(uint64_t step, uint64_t every) const {
  return every && (step % every == 0 || step >= run.options.steps);
}

bool Evaluation::isDue(uint64_t step) const {
  return step >= run.options.steps || isDueAt(step, run.options.sampleEvery) ||
         isDueAt(step, run.options.validateEvery) || isDueAt(step, run.options.evaluateEvery);
}

void Evaluation::at(uint64_t step) {
  char name[40];
  std::snprintf(name, sizeof name, "grids/step-%08llu.png", static_cast<unsigned long long>(step));
  const std::string grid = run.folder.file(name);
  bool changed = step >= run.options.steps;
  if (isDueAt(step, run.options.sampleEvery) && !std::filesystem::exists(grid)) {
    drawGrid(step, grid);
    changed = true;
  }
  if (scores && isDueAt(step, run.options.validateEvery) && !scores->has(step)) {
    score(step);
    changed = true;
  }
  if (evaluation && isDueAt(step, run.options.evaluateEvery) && !evaluation->has(step)) {
    judge(step);
    changed = true;
  }
  if (changed && step > 0)
    drawCurves();
}

// Neighbors may be frames of one film, so the rows are spread over the split.
static SampleGrid openGrid(const RunParts &run) {
  const TrainingData &data = run.data;
  const size_t pictures = data.validationPictures() ? data.validationPictures() : data.trainingPictures();
  const int64_t rows = std::min(gridRows, int64_t(pictures));
  const Shape &size = run.iteration.size();
  const std::unique_ptr<Loader> loader = data.validationLoader(pictures / size_t(rows));
  std::vector<Batch> batches;
  while (int64_t(batches.size()) * size[0] < rows)
    batches.push_back(loader->next());
  return SampleGrid(std::move(batches), size, rows, data.configuration().palette);
}

void Evaluation::drawGrid(uint64_t step, const std::string &path) {
  const std::shared_ptr<const CompiledModel> &model = run.program.shared();
  const Noise noise(run.options.seed);
  SampleGrid grid = openGrid(run);
  {
    GeneratorWeights current(*model, subject.weights);
    Painter painter(model, subject.device, current);
    grid.addColumn("sample", painter, noise, 0);
    grid.addColumn("noise 2", painter, noise, 1);
  }
  GeneratorWeights mean = subject.average.at(step);
  Painter painter(model, subject.device, mean);
  grid.addColumn("average", painter, noise, 0);
  const RgbImage image = grid.draw();
  const std::vector<uint8_t> png = encodeRgbPng(image.width, image.height, image.pixels.data());
  makeDirectory(run.folder.file("grids"));
  writeFile(path, png.data(), png.size());
  events->image(step, "samples", image.width, image.height, png);
}

void Evaluation::score(uint64_t step) {
  GeneratorWeights mean = subject.average.at(step);
  const Scores found = scores->measure(step, mean);
  events->scalars(step, {{"frechet", float(found.frechet)}, {"diversity", float(found.diversity)}});
  char text[80];
  std::snprintf(text, sizeof text, "Frechet distance %.4g, diversity %.3g", found.frechet, found.diversity);
  report("step " + std::to_string(step) + ": " + text);
}

// "step 500: fid 93.1, miou 0.123"
void Evaluation::judge(uint64_t step) {
  GeneratorWeights mean = subject.average.at(step);
  const RunEvaluation::NamedScores found = evaluation->measure(step, mean);
  events->scalars(step, found);
  std::string text;
  for (const auto &[name, value] : found)
    text += (text.empty() ? "" : ", ") + name + " " + numberText(double(value), "%.4g");
  report("step " + std::to_string(step) + ": " + text);
}

void Evaluation::drawCurves() const {
  const RgbImage image = drawCharts(chartsOfRun(run.folder.path()));
  writeRgbPng(run.folder.file("curves.png"), image.width, image.height, image.pixels.data());
}

} // namespace dpsims
