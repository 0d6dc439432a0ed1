// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/evaluate/feature_score.h"

#include "runtime/base/error.h"
#include "runtime/base/log.h"

#include <cmath>

namespace dpsims {

static constexpr size_t mostVectors = 10000; // kept for KID: 80 MB of Inception's

static size_t featuresOf(const PictureProgram &program) {
  const HostTensor &features = program.output("features");
  if (features.type != ElementType::F32 || features.shape.size() != 2 ||
      features.shape[0] != int64_t(program.batch()) || features.shape[1] < 1)
    fail(ErrorCode::Incompatible, program.model().path, ": \"features\" are ", elementTypeName(features.type), " ",
         shapeText(features.shape), ", expected F32 (B, D)");
  return size_t(features.shape[1]);
}

FeatureStream::FeatureStream(PictureProgram &program, size_t sampled, uint64_t seed)
    : program(program), dimension(featuresOf(program)), moments(dimension) {
  if (sampled)
    sample.emplace(dimension, sampled, seed);
}

void FeatureStream::add(const RgbImage &picture, const std::string &name, uint64_t place) {
  pending.push_back({name, picture, place});
  if (pending.size() == program.batch())
    flush();
}

void FeatureStream::flush() {
  if (pending.empty())
    return;
  for (size_t slot = 0; slot < pending.size(); ++slot)
    program.set(0, slot, pending[slot].picture, pending[slot].name);
  program.run();
  const float *features = program.output("features").buffer.as<float>();
  for (size_t slot = 0; slot < pending.size(); ++slot, features += dimension) {
    for (size_t i = 0; i < dimension; ++i)
      if (!std::isfinite(features[i]))
        fail(ErrorCode::InvalidData, pending[slot].name, ": its feature ", i, " is ", features[i], ": the weights of ",
             program.model().path, " are damaged, or of another network");
    moments.add(features);
    if (sample)
      sample->add(features, pending[slot].place);
  }
  pending.clear();
}

void FeatureStream::merge(Communicator &ranks) {
  flush();
  moments.merge(ranks);
  if (sample)
    sample->merge(ranks);
}

FeatureStatistics FeatureStream::statistics(const char *what) {
  flush();
  if (moments.count() < 2)
    fail("FID needs two or more ", what, ", and there ", moments.count() ? "is one" : "are none");
  FeatureStatistics result = moments.statistics();
  result.network = program.weightSum();
  return result;
}

FeatureScore::FeatureScore(const ProgramFiles &files, const DeviceOptions &options, bool kernel, uint64_t seed)
    : program(files, {"image"}, options), seed(seed) {
  const size_t sampled = kernel ? mostVectors : 0;
  pictures.emplace(program, sampled, seed);
  photos.emplace(program, sampled, seed);
}

void FeatureScore::usePhotos(const std::string &path) {
  stored = readStatistics(path);
  const size_t dimension = featuresOf(program);
  if (stored->dimension() != dimension)
    fail(ErrorCode::Incompatible, path, ": has statistics of ", stored->dimension(), " features, ",
         program.model().path, " gives ", dimension, ": they are another network's");
  if (stored->network && program.weightSum() && stored->network != program.weightSum())
    fail(ErrorCode::Incompatible, path,
         ": has statistics of a network with other weights; make them again with "
         "--statistics and these weights");
}

void FeatureScore::usePhotos(PhotoFeatures found) {
  stored = std::move(found.statistics);
  storedVectors = std::move(found.vectors);
  warns = false;
}

PhotoFeatures FeatureScore::photoFeatures() {
  PhotoFeatures found{photos->statistics("photos"), std::nullopt};
  if (photos->keepsVectors())
    found.vectors = photos->vectors();
  return found;
}

void FeatureScore::merge(Communicator &ranks) {
  pictures->merge(ranks);
  photos->merge(ranks);
}

double FeatureScore::frechet() {
  const FeatureStatistics found = pictures->statistics("pictures");
  const FeatureStatistics real = stored ? *stored : photos->statistics("photos");
  for (auto [statistics, what] : {std::pair{&found, "pictures"}, {&real, "photos"}})
    if (warns && statistics->count && statistics->count <= found.dimension())
      warn("FID of ", statistics->count, " ", what, " is too large: there are no more than the ", found.dimension(),
           " features; compare it with FIDs of the same number alone, or use KID");
  return frechetDistance(found, real);
}

KernelDistance FeatureScore::kernel() {
  pictures->statistics("pictures"); // all are in
  if (!storedVectors)
    photos->statistics("photos");
  return kernelDistance(pictures->vectors(), storedVectors ? *storedVectors : photos->vectors(), {100, 1000, seed});
}

} // namespace dpsims
