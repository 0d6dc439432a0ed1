// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/validation.h"

#include "runtime/base/error.h"
#include "runtime/train/stop_signal.h"

#include <algorithm>
#include <cmath>

namespace dpsims {

// The sum of the (unbiased) variances of features first .. first + size - 1.
static double totalVariance(const FeatureSet &features, size_t first, size_t size) {
  double total = 0;
  for (size_t feature = first; feature < first + size; ++feature) {
    double sum = 0, squares = 0;
    for (size_t i = feature; i < features.values.size(); i += features.dimension)
      sum += features.values[i];
    const double mean = sum / double(features.count());
    for (size_t i = feature; i < features.values.size(); i += features.dimension)
      squares += (features.values[i] - mean) * (features.values[i] - mean);
    total += squares / double(features.count() - 1);
  }
  return total;
}

void Validation::scale(FeatureSet &features) const {
  for (size_t i = 0; i < features.values.size(); ++i)
    features.values[i] *= factors[i % features.dimension];
}

void Validation::readPhotos(FeatureExtractor &extractor) {
  if (extractor.height() != size[1] || extractor.width() != size[2])
    fail(ErrorCode::Incompatible, "the model of --features-model takes pictures of ", extractor.height(), " x ",
         extractor.width(), ", the run makes them ", size[1], " x ", size[2]);
  std::unique_ptr<Loader> loader = sources.loader();
  FeatureSet features;
  for (int64_t done = 0; done < count; done += size[0]) {
    throwIfStopped();
    extractor.add(loader->next().images.data(), std::min(size[0], count - done), features);
  }
  size_t first = 0;
  for (size_t tap : extractor.tapSizes()) {
    const double variance = totalVariance(features, first, tap);
    factors.insert(factors.end(), tap, variance > 0 ? 1 / std::sqrt(variance) : 1);
    first += tap;
  }
  scale(features);
  photos = std::move(features);
}

// Bytes (B, H, W, 3) to (B, 3, H, W) from -1 to 1.
static std::vector<float> planesOf(const uint8_t *pictures, const Shape &size) {
  const size_t images = size_t(size[0]), pixels = size_t(size[1] * size[2]);
  std::vector<float> planes(images * 3 * pixels);
  for (size_t n = 0; n < images; ++n)
    for (size_t i = 0; i < pixels; ++i)
      for (size_t c = 0; c < 3; ++c)
        planes[(n * 3 + c) * pixels + i] = float(pictures[(n * pixels + i) * 3 + c]) / 127.5f - 1;
  return planes;
}

// The sum of the differences of the numbers of `count` pictures.
static double differences(const std::vector<float> &a, const std::vector<float> &b, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; ++i)
    sum += std::fabs(double(a[i]) - double(b[i]));
  return sum;
}

Scores Validation::measure(Painter &painter, const Noise &noise) {
  FeatureExtractor extractor = sources.extractor();
  if (photos.values.empty())
    readPhotos(extractor);
  std::unique_ptr<Loader> loader = sources.loader();
  const int64_t numbers = 3 * size[1] * size[2]; // of a picture
  FeatureSet samples;
  double sum = 0;
  for (int64_t done = 0; done < count; done += size[0]) {
    const Batch batch = loader->next();
    const int64_t present = std::min(size[0], count - done);
    const uint64_t index = 2 * uint64_t(done / size[0]);
    const std::vector<float> first = planesOf(painter.paint(batch, noise, TrainStream::Validation, index), size);
    const std::vector<float> second = planesOf(painter.paint(batch, noise, TrainStream::Validation, index + 1), size);
    extractor.add(first.data(), present, samples);
    sum += differences(first, second, size_t(present * numbers));
  }
  scale(samples);
  return {frechetDistance(photos, samples), sum / double(2 * count * numbers)};
}

} // namespace dpsims
