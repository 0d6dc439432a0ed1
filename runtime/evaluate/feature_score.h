// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// FID and KID: how far the features of pictures are from those of photos.

#ifndef DPSIMS_RUNTIME_EVALUATE_FEATURE_SCORE_H
#define DPSIMS_RUNTIME_EVALUATE_FEATURE_SCORE_H

#include "runtime/evaluate/feature_statistics.h"
#include "runtime/evaluate/kernel_distance.h"
#include "runtime/evaluate/picture_program.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dpsims {

/// The features of a sequence of pictures: their moments and, for KID, some of them.
class FeatureStream {
public:
  /// `sampled`: vectors that are kept at most; 0 for none. The program gives "features" (B, D); it must outlive the
  /// stream.
  FeatureStream(PictureProgram &program, size_t sampled, uint64_t seed);

  /// Error: the picture has another size than the program takes; a feature is not finite.
  void add(const RgbImage &picture, const std::string &name, uint64_t place);

  /// What all ranks have added, on all of them.
  void merge(Communicator &ranks);

  /// Error: there are fewer than two pictures; `what` they are is for the message.
  FeatureStatistics statistics(const char *what);
  bool keepsVectors() const { return sample.has_value(); }
  const FeatureSample &vectors() const { return *sample; }

private:
  void flush();

  PictureProgram &program;
  const size_t dimension;
  FeatureMoments moments;
  std::optional<FeatureSample> sample;
  struct Pending {
    std::string name;
    RgbImage picture;
    uint64_t place;
  };
  std::vector<Pending> pending; // until there is a batch of them
};

/// What a network found in photos, to be used again.
struct PhotoFeatures {
  FeatureStatistics statistics;
  std::optional<FeatureSample> vectors; ///< for KID
};

class FeatureScore {
public:
  /// Error: the program takes no pictures or gives no features.
  FeatureScore(const ProgramFiles &files, const DeviceOptions &options, bool kernel, uint64_t seed);

  /// `place` among all that are added, on any rank.
  void addPicture(const RgbImage &picture, const std::string &name, uint64_t place) {
    pictures->add(picture, name, place);
  }
  void addPhoto(const RgbImage &photo, const std::string &name, uint64_t place) { photos->add(photo, name, place); }
  /// Statistics in place of photos. Error: they are another network's.
  void usePhotos(const std::string &path);
  /// What this network found before in place of photos; FID does not warn again.
  void usePhotos(PhotoFeatures found);
  bool hasPhotos() const { return stored.has_value(); }

  /// What is found in the photos that were added. Error: there are fewer than two.
  PhotoFeatures photoFeatures();

  /// The program that finds features.
  const PictureProgram &network() const { return program; }

  /// What all ranks have added, on all of them.
  void merge(Communicator &ranks);

  FeatureStatistics pictureStatistics() { return pictures->statistics("pictures"); }

  /// Warns if there are fewer vectors than numbers in each: FID is then too large.
  double frechet();
  KernelDistance kernel();

private:
  PictureProgram program;
  std::optional<FeatureStream> pictures, photos;
  std::optional<FeatureStatistics> stored;
  std::optional<FeatureSample> storedVectors;
  bool warns = true;
  const uint64_t seed;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_EVALUATE_FEATURE_SCORE_H
