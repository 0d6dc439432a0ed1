// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How far samples are from photos, and from each other.
//
// frechet: the Frechet distance between the features that a frozen backbone finds in the photos of the validation split
// and in samples of their label maps.
// diversity: the mean difference of two samples of a label map, a number from 0 (the noise does nothing) to 1.
//
// A picture's features are its four taps, each averaged over its positions, one after the other. Each tap is divided
// by the root of its total variance over the photos: so none dominates, and the unit of the distance is the photos'
// own variance in one tap. (With the last tap alone, as in FID, 101 photos of CamVid separate noise from other streets
// by a factor of 3; so by 17.)

#ifndef DPSIMS_RUNTIME_TRAIN_VALIDATION_H
#define DPSIMS_RUNTIME_TRAIN_VALIDATION_H

#include "runtime/data/loader.h"
#include "runtime/train/features.h"
#include "runtime/train/painter.h"

#include <functional>
#include <memory>

namespace dpsims {

struct Scores {
  double frechet = 0, diversity = 0;
};

class Validation {
public:
  /// What opens the extractor and a loader of the validation split, in its order, from its beginning. They are opened
  /// for each use: between two validations their memory is the training's.
  struct Sources {
    std::function<FeatureExtractor()> extractor;
    std::function<std::unique_ptr<Loader>()> loader;
  };

  /// Uses the first `count` pictures. `size`: (batch, height, width) of the loader and the painter.
  Validation(Sources sources, Shape size, int64_t count)
      : sources(std::move(sources)), size(std::move(size)), count(count) {}

  /// The scores of `painter`'s pictures. Throws Stopped.
  Scores measure(Painter &painter, const Noise &noise);

private:
  void readPhotos(FeatureExtractor &extractor);
  void scale(FeatureSet &features) const;

  Sources sources;
  Shape size;
  int64_t count;
  FeatureSet photos;
  std::vector<double> factors; // of each feature
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_VALIDATION_H
