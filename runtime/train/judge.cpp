// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/judge.h"

#include "runtime/base/error.h"
#include "runtime/train/backbone_twin.h"

namespace dpsims {

namespace {

/// The backbone of a run as the entry `features` knows it.
class RunBackbone : public WeightSource {
public:
  RunBackbone(const CompiledModel &model, const WeightLookup &weights) : model(model), weights(weights) {}

  void read(uint32_t index, float *dst) override {
    const WeightSpec &spec = model.weights[index];
    if (!weights(backbonePrefix + spec.name, elementCount(spec.shape), dst))
      fail(ErrorCode::Incompatible, model.path, ": entry \"features\" has a weight ", quoted(spec.name),
           " that training does not have");
  }

private:
  const CompiledModel &model;
  const WeightLookup &weights;
};

} // namespace

std::optional<Judge> Judge::choose(const TrainOptions &options, const TrainProgram &program, const TrainingData &data,
                                   const Report &report) {
  for (const char *name : {"sample", "statistics", "features"})
    program.model().entry(name);
  if (!options.validateEvery)
    return std::nullopt;
  if (data.validationPictures() < 2) {
    report(data.validationPictures()
               ? "the validation split has one picture, of which no distance can be told: it needs "
                 "two or more; no Frechet distance is measured"
               : "the data set has no validation split (\"val\"): no Frechet distance is measured");
    return std::nullopt;
  }
  if (!options.featuresModel.empty() && options.featuresWeights.empty())
    fail("--features-model needs --features-weights");
  if (!options.featuresWeights.empty()) {
    const auto model = options.featuresModel.empty() ? program.shared() : CompiledModel::load(options.featuresModel);
    FileWeights(*model, model->entry("features"), options.featuresWeights).requireGood();
    if (const std::string twin = describeTwin(*model, options.featuresWeights); !twin.empty())
      report(twin);
    return Judge(model, options.featuresWeights);
  }
  if (program.hasFrozenBackbone())
    return Judge(program.shared(), "");
  report("the backbone is trained, so its features measure nothing: no Frechet distance is measured without "
         "--features-model and --features-weights");
  return std::nullopt;
}

FeatureExtractor Judge::open(Device &device, const WeightLookup &weights) const {
  if (weightsFile.empty()) {
    RunBackbone backbone(*model, weights);
    return FeatureExtractor(model, device, backbone);
  }
  FileWeights backbone(*model, model->entry("features"), weightsFile);
  return FeatureExtractor(model, device, backbone);
}

} // namespace dpsims
