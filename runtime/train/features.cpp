// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/features.h"

#include "runtime/base/error.h"

#include <algorithm>

namespace dpsims {

static const Argument &imageOf(const CompiledModel &model, const Entry &entry) {
  for (const Argument &input : entry.inputs)
    if (input.name == "image" && input.type == ElementType::F32 && input.shape.size() == 4 && input.shape[1] == 3)
      return input;
  fail(ErrorCode::Incompatible, model.path, ": entry ", quoted(entry.name), " has no input \"image\" of (B, 3, H, W)");
}

FeatureExtractor::FeatureExtractor(const std::shared_ptr<const CompiledModel> &model, Device &device,
                                   WeightSource &weights)
    : image(imageOf(*model, model->entry("features"))), arguments(*model, model->entry("features"), {"image"}),
      session(model, model->entry("features"), device, &weights) {
  for (const HostTensor &tap : arguments.outputs())
    if (tap.type != ElementType::F32 || tap.shape.size() != 4 || tap.shape[0] != image.shape[0])
      fail(ErrorCode::Incompatible, model->path, ": entry \"features\" has an output of ", shapeText(tap.shape),
           ", expected taps (B, C, h, w)");
}

std::vector<size_t> FeatureExtractor::tapSizes() const {
  std::vector<size_t> sizes;
  for (const HostTensor &tap : arguments.outputs())
    sizes.push_back(size_t(tap.shape[1]));
  return sizes;
}

// The means of planes of `positions` numbers each.
static void addMeans(const float *planes, int64_t count, int64_t positions, std::vector<double> &means) {
  for (int64_t c = 0; c < count; ++c, planes += positions) {
    double sum = 0;
    for (int64_t i = 0; i < positions; ++i)
      sum += double(planes[i]);
    means.push_back(sum / double(positions));
  }
}

void FeatureExtractor::add(const float *images, int64_t count, FeatureSet &features) {
  features.dimension = 0;
  for (size_t size : tapSizes())
    features.dimension += size;
  const int64_t batch = image.shape[0], numbers = elementCount(image.shape) / batch;
  float *input = arguments.input("image", ElementType::F32)->buffer.as<float>();
  for (int64_t first = 0; first < count; first += batch) {
    const int64_t present = std::min(batch, count - first);
    std::copy(images + first * numbers, images + (first + present) * numbers, input);
    arguments.run(session);
    for (int64_t n = 0; n < present; ++n)
      for (const HostTensor &tap : arguments.outputs()) {
        const int64_t channels = tap.shape[1], positions = tap.shape[2] * tap.shape[3];
        addMeans(tap.buffer.as<float>() + n * channels * positions, channels, positions, features.values);
      }
  }
}

} // namespace dpsims
