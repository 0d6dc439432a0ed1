// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a training iteration draws: noise, the positions of the contrastive loss, LabelMix's choice. A function of
// (seed, step), as Philox makes it.

#ifndef DPSIMS_RUNTIME_TRAIN_NOISE_H
#define DPSIMS_RUNTIME_TRAIN_NOISE_H

#include <cstdint>

namespace dpsims {

/// Streams of a run. Those of patches are one a tap.
enum class TrainStream : uint32_t {
  Z1 = 0,
  Z2,
  Z3,
  LabelMix,
  Patches0,
  Patches1,
  Patches2,
  Patches3,
  Grid,
  Validation,
  Statistics
};

class Noise {
public:
  explicit Noise(uint64_t seed) : seed(seed) {}

  /// dst[i], i < count: numbers `first` + i of the stream at that step, N(0, 1).
  void normal(TrainStream stream, uint64_t step, uint64_t first, uint64_t count, float *dst) const;
  void normal(TrainStream stream, uint64_t step, uint64_t count, float *dst) const {
    normal(stream, step, 0, count, dst);
  }

  /// Some images of a batch.
  struct Images {
    int64_t first, count;
  };

  /// dst (images, patches): for each image `patches` different positions in 0..cells-1, in random order; every choice
  /// is equally likely. patches <= cells.
  void positions(TrainStream stream, uint64_t step, Images images, int64_t patches, int64_t cells, int32_t *dst) const;

  /// dst[i], i < count: 0 or 1.
  void coins(TrainStream stream, uint64_t step, int64_t count, int32_t *dst) const;

private:
  uint64_t seed;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_NOISE_H
