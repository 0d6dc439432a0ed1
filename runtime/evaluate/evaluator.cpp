// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/evaluate/evaluator.h"

#include "runtime/base/error.h"
#include "runtime/base/progress.h"
#include "runtime/communicator/launch.h"
#include "runtime/evaluate/distance_score.h"
#include "runtime/evaluate/feature_score.h"
#include "runtime/evaluate/segmentation_score.h"

#include <algorithm>

namespace dpsims {

namespace {

bool isStatistics(const std::string &path) { return path.size() > 4 && path.compare(path.size() - 4, 4, ".npz") == 0; }

void checkOptions(const EvaluateOptions &options) {
  const bool folder = !options.pictures.empty(), sampled = !options.generator.model.empty();
  if (folder == sampled)
    fail(folder ? "--pictures and --model: give one of them" : "what is to be judged? give --pictures or --model");
  if (options.inception.model.empty() && options.lpips.model.empty() && options.segmenter.model.empty())
    fail("no score is asked for: give --inception, --lpips or --segmenter");
  if (options.inception.model.empty() && (options.kernel || !options.statistics.empty()))
    fail(options.kernel ? "--kid" : "--statistics", ": needs --inception");
  if (options.kernel && (isStatistics(options.photos) || (folder && options.photos.empty())))
    fail("--kid: compares with photos, not with their statistics: give --photos a folder");
  if (folder && options.photos.empty() && !options.inception.model.empty() && options.statistics.empty())
    fail("--inception: give --photos, which the pictures are compared with, or --statistics");
  if (options.diversity && options.lpips.model.empty())
    fail("--diversity: needs --lpips");
  if (options.diversity && sampled && options.sampling.samples < 2)
    fail("--diversity: compares samples of one label map: give --samples 2 or more");
  const bool compares = !options.lpips.model.empty() && !options.diversity;
  if (compares && (isStatistics(options.photos) || (folder && options.photos.empty())))
    fail("--lpips: compares pictures with photos of the same names: give --photos a folder, or --diversity");
  if (!options.segmenter.model.empty() && folder && options.labels.empty())
    fail("--segmenter: give --labels, the pictures' label maps");
  if (!options.labels.empty() && (sampled || options.segmenter.model.empty()))
    fail("--labels: ", sampled ? "the data set has them" : "are for --segmenter", ": leave the flag out");
}

/// What a generator needs to sample.
struct Generator {
  Generator(const EvaluateOptions &options, const DeviceOptions &deviceOptions, Share share)
      : model(CompiledModel::load(options.generator.model)),
        weights(*model, model->entry("sample"), options.generator.weights),
        device(createDevice(model->target, deviceOptions, model->path)),
        sampler(model, weights, *device, shared(options.sampling, share)) {}

  static DatasetSamplerOptions shared(DatasetSamplerOptions sampling, Share share) {
    sampling.share = share;
    return sampling;
  }

  std::shared_ptr<const CompiledModel> model;
  FileWeights weights;
  std::unique_ptr<Device> device;
  DatasetSampler sampler;
};

class Evaluator {
public:
  Evaluator(const EvaluateOptions &options, const DeviceOptions &device, Communicator *ranks)
      : options(options), ranks(ranks), share(shareOf(ranks)) {
    openSource(device);
    if (!options.inception.model.empty())
      features.emplace(options.inception, device, options.kernel, options.sampling.seed);
    if (isStatistics(options.photos) && features)
      features->usePhotos(options.photos);
    if (!options.lpips.model.empty())
      distance.emplace(options.lpips, device, options.diversity);
    if (!options.segmenter.model.empty())
      segmentation.emplace(options.segmenter, device, size_t(conventions->rules.numClasses), conventions->origin);
  }

  EvaluationReport run() {
    EvaluationReport report;
    report.pictures = source->size();
    const auto parts = int64_t(share.parts);
    Progress progress(parts > 1 ? "evaluate (a share)" : "evaluate", (report.pictures + parts - 1) / parts, "pictures",
                      console());
    for (Picture picture; source->next(picture); progress.advance())
      add(picture);
    progress.finish();
    if (features && !options.photos.empty() && !isStatistics(options.photos))
      addPhotos();
    if (ranks)
      merge();
    if (share.part == 0)
      finish(report);
    return report;
  }

private:
  void openSource(const DeviceOptions &device) {
    if (!options.generator.model.empty()) {
      generator.emplace(options, device, share);
      conventions = DataConfiguration::parse(generator->model->config, generator->model->path);
      source = openSampler(generator->sampler);
      return;
    }
    FolderOptions folder;
    folder.pictures = options.pictures;
    folder.numbered = options.diversity;
    if (!options.lpips.model.empty() && !options.diversity)
      folder.photos = options.photos;
    folder.labels = options.labels;
    folder.share = share;
    if (!options.labels.empty()) {
      reader.emplace(*CompiledModel::load(options.segmenter.model));
      conventions = reader->configuration();
      folder.reader = &*reader;
    }
    source = openFolder(folder);
  }

  void add(const Picture &picture) {
    if (features)
      features->addPicture(picture.image, picture.path, picture.index);
    if (features && generator && options.photos.empty() && picture.sample == 0)
      features->addPhoto(picture.photo, "the photo of " + picture.name, picture.index);
    if (distance)
      distance->add(picture);
    if (segmentation)
      segmentation->add(picture);
  }

  void addPhotos() {
    const std::map<std::string, std::string> photos = listPictures(options.photos);
    Progress progress("photos", int64_t(photos.size()), "photos", console());
    size_t place = 0;
    for (const auto &[name, path] : photos) {
      if (share.has(place))
        features->addPhoto(readPicture(path), path, place);
      ++place;
      progress.advance();
    }
    progress.finish();
  }

  void merge() {
    if (features)
      features->merge(*ranks);
    if (distance)
      distance->merge(*ranks);
    if (segmentation)
      segmentation->merge(*ranks);
  }

  Progress::Console console() const { return share.part == 0 ? Progress::standardError() : Progress::silent(); }

  void finish(EvaluationReport &report) {
    if (features && !options.statistics.empty())
      writeStatistics(options.statistics, features->pictureStatistics());
    if (features && (generator || !options.photos.empty()))
      report.frechet = features->frechet();
    if (options.kernel)
      report.kernel = features->kernel();
    if (distance)
      (options.diversity ? report.diversity : report.lpips) = distance->mean();
    if (segmentation) {
      report.confusion = segmentation->confusion();
      report.names = conventions->names;
    }
  }

  const EvaluateOptions &options;
  Communicator *const ranks; // null: there is one
  const Share share;
  std::optional<Generator> generator;
  std::optional<LabelReader> reader;
  std::optional<DataConfiguration> conventions; // of the label maps
  std::unique_ptr<PictureSource> source;
  std::optional<FeatureScore> features;
  std::optional<DistanceScore> distance;
  std::optional<SegmentationScore> segmentation;
};

} // namespace

EvaluationReport evaluate(const EvaluateOptions &options, const DeviceOptions &device, Communicator *ranks) {
  checkOptions(options);
  return Evaluator(options, device, ranks).run();
}

} // namespace dpsims
