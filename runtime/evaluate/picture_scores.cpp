// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/evaluate/picture_scores.h"

#include "runtime/base/error.h"

namespace dpsims {

void requireComplete(const ScoreOptions &options) {
  if (options.inception.model.empty() && options.kernel)
    fail("--kid: needs --inception");
  if (options.lpips.model.empty() && options.diversity)
    fail("--diversity: needs --lpips");
  if (!options.any())
    fail("no score is asked for: give --inception, --lpips or --segmenter");
}

PictureScores::PictureScores(const ScoreOptions &options, const DeviceOptions &device, uint64_t seed,
                             const DataConfiguration *conventions)
    : options(options), conventions(conventions) {
  if (!options.inception.model.empty())
    featureScore.emplace(options.inception, device, options.kernel, seed);
  if (!options.lpips.model.empty())
    distance.emplace(options.lpips, device, options.diversity);
  if (!options.segmenter.model.empty())
    segmentation.emplace(options.segmenter, device, size_t(conventions->rules.numClasses), conventions->origin);
}

static void requireSize(const PictureProgram &program, int height, int width, const std::string &origin) {
  if (program.height() != height || program.width() != width)
    fail(ErrorCode::Incompatible, program.model().path, ": takes pictures of ", program.width(), " x ",
         program.height(), " pixels, ", origin, " makes them ", width, " x ", height,
         ": compile it with --set image_size=[", height, ",", width, "]");
}

void PictureScores::requireSize(int height, int width, const std::string &origin) const {
  if (featureScore)
    dpsims::requireSize(featureScore->network(), height, width, origin);
  if (distance)
    dpsims::requireSize(distance->network(), height, width, origin);
  if (segmentation)
    dpsims::requireSize(segmentation->network(), height, width, origin);
}

void PictureScores::add(const Picture &picture) {
  if (featureScore)
    featureScore->addPicture(picture.image, picture.path, picture.index);
  if (distance)
    distance->add(picture);
  if (segmentation)
    segmentation->add(picture);
}

void PictureScores::merge(Communicator &ranks) {
  if (featureScore)
    featureScore->merge(ranks);
  if (distance)
    distance->merge(ranks);
  if (segmentation)
    segmentation->merge(ranks);
}

void PictureScores::finish(EvaluationReport &report, bool compared) {
  if (featureScore && compared)
    report.frechet = featureScore->frechet();
  if (options.kernel)
    report.kernel = featureScore->kernel();
  if (distance)
    (options.diversity ? report.diversity : report.lpips) = distance->mean();
  if (segmentation) {
    report.confusion = segmentation->confusion();
    report.names = conventions->names;
  }
}

} // namespace dpsims
