// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The scores that are wanted, of pictures that come one after the other.

#ifndef DPSIMS_RUNTIME_EVALUATE_PICTURE_SCORES_H
#define DPSIMS_RUNTIME_EVALUATE_PICTURE_SCORES_H

#include "runtime/data/configuration.h"
#include "runtime/evaluate/distance_score.h"
#include "runtime/evaluate/evaluation_report.h"
#include "runtime/evaluate/feature_score.h"
#include "runtime/evaluate/score_options.h"
#include "runtime/evaluate/segmentation_score.h"

#include <cstdint>
#include <optional>
#include <string>

namespace dpsims {

class PictureScores {
public:
  /// `conventions`: of the label maps; null without a segmenter. `seed`: of KID's subsets. Both options and conventions
  /// must outlive the object. Error: a program or its weights are not what its score needs.
  PictureScores(const ScoreOptions &options, const DeviceOptions &device, uint64_t seed,
                const DataConfiguration *conventions);

  /// Error: a program takes pictures of another size. `origin`: who makes them.
  void requireSize(int height, int width, const std::string &origin) const;

  /// FID's and KID's, null if they are not measured.
  FeatureScore *features() { return featureScore ? &*featureScore : nullptr; }

  void add(const Picture &picture);

  /// What all ranks have added, on all of them.
  void merge(Communicator &ranks);

  /// Puts all scores into the report; FID where `compared`.
  void finish(EvaluationReport &report, bool compared);

private:
  const ScoreOptions &options;
  const DataConfiguration *conventions;
  std::optional<FeatureScore> featureScore;
  std::optional<DistanceScore> distance;
  std::optional<SegmentationScore> segmentation;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_EVALUATE_PICTURE_SCORES_H
