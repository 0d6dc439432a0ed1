// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/evaluation.h"

#include "runtime/base/error.h"
#include "runtime/image/png.h"
#include "runtime/train/curves.h"
#include "runtime/train/painter.h"
#include "runtime/train/start_weights.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace dpsims {

static constexpr int64_t gridRows = 6;

namespace {

/// The backbone of a run as the entry `features` knows it.
class RunBackbone : public WeightSource {
public:
  RunBackbone(const CompiledModel &model, const WeightLookup &weights) : model(model), weights(weights) {}

  void read(uint32_t index, float *dst) override {
    const WeightSpec &spec = model.weights[index];
    if (!weights(backbonePrefix + spec.name, elementCount(spec.shape), dst))
      fail(model.path, ": entry \"features\" has a weight ", quoted(spec.name), " that training does not have");
  }

private:
  const CompiledModel &model;
  const WeightLookup &weights;
};

} // namespace

Evaluation::Evaluation(const TrainOptions &options, std::shared_ptr<const CompiledModel> model,
                       const TrainingData &data, const RunFolder &folder, Report report)
    : options(options), model(std::move(model)), data(data), folder(folder), report(std::move(report)),
      noise(options.seed) {
  const Entry &sample = this->model->entry("sample");
  for (const Argument &input : sample.inputs)
    if (input.name == "labels")
      size = input.shape;
  for (const char *name : {"statistics", "features"})
    this->model->entry(name);
  if (options.validateEvery)
    chooseFeatures();
}

// Which backbone judges; none if no fixed one is known.
void Evaluation::chooseFeatures() {
  if (data.validationPictures() < 2)
    return report("the data set has no validation split (\"val\"): no Frechet distance is measured");
  if (!options.featuresModel.empty() && options.featuresWeights.empty())
    fail("--features-model needs --features-weights");
  if (!options.featuresWeights.empty()) {
    featuresModel = options.featuresModel.empty() ? model : CompiledModel::load(options.featuresModel);
    FileWeights(*featuresModel, featuresModel->entry("features"), options.featuresWeights).requireGood();
  } else if (StartWeights(*model, model->entry("train"), 0).hasFrozenBackbone()) {
    featuresModel = model;
  } else {
    report("the backbone is trained, so its features are no measure: no Frechet distance is measured without "
           "--features-model and --features-weights");
  }
}

FeatureExtractor Evaluation::openExtractor() {
  if (options.featuresWeights.empty()) {
    RunBackbone backbone(*model, weights);
    return FeatureExtractor(model, *device, backbone);
  }
  FileWeights backbone(*featuresModel, featuresModel->entry("features"), options.featuresWeights);
  return FeatureExtractor(featuresModel, *device, backbone);
}

void Evaluation::begin(Device &newDevice, WeightLookup newWeights, EventFile &newEvents, uint64_t lastStep) {
  device = &newDevice;
  weights = std::move(newWeights);
  events = &newEvents;
  if (!featuresModel)
    return;
  const std::string table = folder.file("validation.csv");
  scores = std::make_unique<CsvLog>(table, std::vector<std::string>{"frechet", "diversity"}, lastStep);
  const std::vector<double> steps = readCsv(table).steps;
  if (!steps.empty())
    validated = uint64_t(steps.back());
  const int64_t count = int64_t(std::min<uint64_t>(data.validationPictures(), options.validationImages));
  validation.emplace(
      Validation::Sources{[this] { return openExtractor(); }, [this] { return data.validationLoader(); }}, size, count);
}

static bool isDueAt(uint64_t step, uint64_t every, bool last) { return every && (step % every == 0 || last); }

bool Evaluation::isDue(uint64_t step, bool last) const {
  return last || isDueAt(step, options.sampleEvery, last) || isDueAt(step, options.validateEvery, last);
}

void Evaluation::run(uint64_t step, bool last) {
  char name[40];
  std::snprintf(name, sizeof name, "grids/step-%08llu.png", static_cast<unsigned long long>(step));
  const std::string grid = folder.file(name);
  bool changed = last;
  if (isDueAt(step, options.sampleEvery, last) && !std::filesystem::exists(grid)) {
    drawGrid(step, grid);
    changed = true;
  }
  if (validation && isDueAt(step, options.validateEvery, last) && validated != step) {
    validate(step);
    changed = true;
  }
  if (changed && step > 0)
    drawCurves(step);
}

const GeneratorWeights &Evaluation::average(uint64_t step) {
  if (!hasAverage(step)) {
    averaged.reset();
    averaged.emplace(
        averageGenerator(model, *device, weights, *data.statisticsLoader(), options.statisticsBatches, noise));
    averagedStep = step;
  }
  return *averaged;
}

void Evaluation::drawGrid(uint64_t step, const std::string &path) {
  const size_t pictures = data.validationPictures() ? data.validationPictures() : data.trainingPictures();
  const int64_t rows = std::min(gridRows, int64_t(pictures));
  // Neighbours may be frames of one film, so the rows are spread over the split.
  std::unique_ptr<Loader> loader = data.validationLoader(pictures / size_t(rows));
  std::vector<Batch> batches;
  while (int64_t(batches.size()) * size[0] < rows)
    batches.push_back(loader->next());
  SampleGrid grid(std::move(batches), size, rows, data.configuration().palette);
  {
    GeneratorWeights current(*model, weights);
    Painter painter(model, *device, current);
    grid.addColumn("sample", painter, noise, 0);
    grid.addColumn("noise 2", painter, noise, 1);
  }
  GeneratorWeights mean = average(step);
  Painter painter(model, *device, mean);
  grid.addColumn("average", painter, noise, 0);
  const RgbImage image = grid.draw();
  const std::vector<uint8_t> png = encodeRgbPng(image.width, image.height, image.pixels.data());
  makeDirectory(folder.file("grids"));
  writeFile(path, png.data(), png.size());
  events->image(step, "samples", image.width, image.height, png);
}

void Evaluation::validate(uint64_t step) {
  GeneratorWeights mean = average(step);
  Painter painter(model, *device, mean);
  const Scores found = validation->measure(painter, noise);
  scores->append(step, {float(found.frechet), float(found.diversity)});
  scores->sync();
  validated = step;
  events->scalars(step, {{"frechet", float(found.frechet)}, {"diversity", float(found.diversity)}});
  char text[80];
  std::snprintf(text, sizeof text, "Frechet distance %.4g, diversity %.3g", found.frechet, found.diversity);
  report("step " + std::to_string(step) + ": " + text);
}

void Evaluation::drawCurves(uint64_t step) {
  const RgbImage image = drawCharts(chartsOfRun(folder.path()));
  writeRgbPng(folder.file("curves.png"), image.width, image.height, image.pixels.data());
}

} // namespace dpsims
