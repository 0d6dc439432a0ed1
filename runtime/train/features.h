// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a frozen backbone finds in pictures: its four taps, each averaged over its positions, one after the other.

#ifndef DPSIMS_RUNTIME_TRAIN_FEATURES_H
#define DPSIMS_RUNTIME_TRAIN_FEATURES_H

#include "runtime/train/arguments.h"
#include "runtime/train/frechet.h"

#include <memory>
#include <vector>

namespace dpsims {

/// The entry `features` with its weights.
class FeatureExtractor {
public:
  FeatureExtractor(const std::shared_ptr<const CompiledModel> &model, Device &device, WeightSource &weights);

  /// Adds the features of pictures (count, 3, H, W) from -1 to 1, any number of them.
  void add(const float *images, int64_t count, FeatureSet &features);

  /// Height and width of the pictures.
  int64_t height() const { return image.shape[2]; }
  int64_t width() const { return image.shape[3]; }

  /// How many features each tap has.
  std::vector<size_t> tapSizes() const;

private:
  Argument image;
  Arguments arguments;
  Session session;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_FEATURES_H
