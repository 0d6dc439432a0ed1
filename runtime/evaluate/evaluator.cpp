// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/evaluate/evaluator.h"

#include "runtime/base/error.h"
#include "runtime/base/progress.h"
#include "runtime/communicator/launch.h"
#include "runtime/evaluate/picture_scores.h"

#include <algorithm>

namespace dpsims {

namespace {

bool isStatistics(const std::string &path) { return path.size() > 4 && path.compare(path.size() - 4, 4, ".npz") == 0; }

void checkPhotos(const EvaluateOptions &options, bool folder) {
  const bool without = isStatistics(options.photos) || (folder && options.photos.empty());
  if (options.kernel && without)
    fail("--kid: compares with photos, not with their statistics: give --photos a folder");
  if (folder && options.photos.empty() && !options.inception.model.empty() && options.statistics.empty())
    fail("--inception: give --photos, which the pictures are compared with, or --statistics");
  if (!options.lpips.model.empty() && !options.diversity && without)
    fail("--lpips: compares pictures with photos of the same names: give --photos a folder, or --diversity");
}

void checkOptions(const EvaluateOptions &options, bool sampled) {
  const bool folder = !options.pictures.empty();
  if (folder == sampled)
    fail(folder ? "--pictures and --model: give one of them" : "what is to be judged? give --pictures or --model");
  if (options.inception.model.empty() && !options.statistics.empty())
    fail("--statistics: needs --inception");
  requireComplete(options);
  checkPhotos(options, folder);
  if (!options.segmenter.model.empty() && folder && options.labels.empty())
    fail("--segmenter: give --labels, the pictures' label maps");
  if (!options.labels.empty() && (sampled || options.segmenter.model.empty()))
    fail("--labels: ", sampled ? "the data set has them" : "are for --segmenter", ": leave the flag out");
}

void checkSamples(const EvaluateOptions &options, const char *flag) {
  if (options.diversity && options.sampling.samples < 2)
    fail("--diversity: compares samples of one label map: give ", flag, " 2 or more");
}

/// What a generator of a file needs to sample.
struct Generator {
  Generator(const EvaluateOptions &options, const DeviceOptions &deviceOptions)
      : model(CompiledModel::load(options.generator.model)),
        weights(*model, model->entry("sample"), options.generator.weights),
        device(createDevice(model->target, deviceOptions, model->path)) {}

  std::shared_ptr<const CompiledModel> model;
  FileWeights weights;
  std::unique_ptr<Device> device;
};

/// One pass over pictures.
class Evaluator {
public:
  /// What is found in the photos is taken from `kept`, or put there, unless that is null.
  Evaluator(const EvaluateOptions &options, const DeviceOptions &device, Communicator *ranks,
            const LiveGenerator *generator, std::optional<PhotoFeatures> *kept = nullptr)
      : options(options), ranks(ranks), share(shareOf(ranks)), kept(kept),
        samplesPhotos(generator && options.photos.empty()) {
    if (generator)
      openSamples(*generator);
    else
      openPictures();
    scores.emplace(options, device, options.sampling.seed, conventions ? &*conventions : nullptr);
    if (!scores->features())
      return;
    if (isStatistics(options.photos))
      scores->features()->usePhotos(options.photos);
    if (kept && *kept)
      scores->features()->usePhotos(**kept);
  }

  EvaluationReport run(const std::function<void()> &between = [] {}) {
    EvaluationReport report;
    report.pictures = source->size();
    const auto parts = int64_t(share.parts);
    Progress progress(parts > 1 ? "evaluate (a share)" : "evaluate", (report.pictures + parts - 1) / parts, "pictures",
                      console());
    for (Picture picture; source->next(picture); progress.advance()) {
      between();
      add(picture);
    }
    progress.finish();
    FeatureScore *features = scores->features();
    if (features && !options.photos.empty() && !isStatistics(options.photos))
      addPhotos(*features);
    if (ranks)
      scores->merge(*ranks);
    if (share.part > 0)
      return report;
    if (features && !options.statistics.empty())
      writeStatistics(options.statistics, features->pictureStatistics());
    if (features && kept && !*kept)
      *kept = features->photoFeatures();
    scores->finish(report, sampler.has_value() || !options.photos.empty());
    return report;
  }

private:
  void openSamples(const LiveGenerator &generator) {
    DatasetSamplerOptions sampling = options.sampling;
    sampling.share = share;
    sampler.emplace(generator.model, generator.weights, generator.device, sampling);
    conventions = DataConfiguration::parse(generator.model->config, generator.model->path);
    source = openSampler(*sampler);
  }

  void openPictures() {
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
    scores->add(picture);
    FeatureScore *features = scores->features();
    if (features && samplesPhotos && !features->hasPhotos() && picture.sample == 0)
      features->addPhoto(picture.photo, "the photo of " + picture.name, picture.index);
  }

  void addPhotos(FeatureScore &features) {
    const std::map<std::string, std::string> photos = listPictures(options.photos);
    Progress progress("photos", int64_t(photos.size()), "photos", console());
    size_t place = 0;
    for (const auto &[name, path] : photos) {
      if (share.has(place))
        features.addPhoto(readPicture(path), path, place);
      ++place;
      progress.advance();
    }
    progress.finish();
  }

  Progress::Console console() const { return share.part == 0 ? Progress::standardError() : Progress::silent(); }

  const EvaluateOptions &options;
  Communicator *const ranks; // null: there is one
  const Share share;
  std::optional<PhotoFeatures> *const kept;
  const bool samplesPhotos; // the data set's are compared with
  std::optional<DatasetSampler> sampler;
  std::optional<LabelReader> reader;
  std::optional<DataConfiguration> conventions; // of the label maps
  std::unique_ptr<PictureSource> source;
  std::optional<PictureScores> scores;
};

} // namespace

EvaluationReport evaluate(const EvaluateOptions &options, const DeviceOptions &device, Communicator *ranks) {
  const bool sampled = !options.generator.model.empty();
  checkOptions(options, sampled);
  if (!sampled)
    return Evaluator(options, device, ranks, nullptr).run();
  checkSamples(options, "--samples");
  Generator files(options, device);
  const LiveGenerator generator{files.model, *files.device, files.weights};
  return Evaluator(options, device, ranks, &generator).run();
}

void RepeatedEvaluation::check(const CompiledModel &model) const {
  checkOptions(options, true);
  checkSamples(options, "--evaluate-samples");
  const DataConfiguration conventions = DataConfiguration::parse(model.config, model.path);
  const PictureScores scores(options, device, options.sampling.seed, &conventions);
  const SampleProgram program(model);
  scores.requireSize(program.height(), program.width(), model.path);
}

EvaluationReport RepeatedEvaluation::measure(const LiveGenerator &generator, const std::function<void()> &between) {
  return Evaluator(options, device, nullptr, &generator, options.inception.model.empty() ? nullptr : &photos)
      .run(between);
}

} // namespace dpsims
