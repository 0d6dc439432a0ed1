// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/noise.h"

#include "runtime/random/philox.h"

#include <numeric>
#include <utility>
#include <vector>

namespace dpsims {

void Noise::normal(TrainStream stream, uint64_t step, uint64_t first, uint64_t count, float *dst) const {
  fillNormal({seed, step, uint32_t(stream)}, first, count, dst);
}

void Noise::positions(TrainStream stream, uint64_t step, Images images, int64_t patches, int64_t cells,
                      int32_t *dst) const {
  const RandomSequence sequence{seed, step, uint32_t(stream)};
  std::vector<int32_t> order(static_cast<size_t>(cells));
  for (int64_t image = 0; image < images.count; ++image) {
    // The first steps of a shuffle (Fisher and Yates).
    std::iota(order.begin(), order.end(), 0);
    for (int64_t i = 0; i < patches; ++i) {
      const uint64_t word = randomWord(sequence, static_cast<uint64_t>((images.first + image) * patches + i));
      const size_t other =
          static_cast<size_t>(i) + static_cast<size_t>((word * static_cast<uint64_t>(cells - i)) >> 32);
      std::swap(order[static_cast<size_t>(i)], order[other]);
      dst[image * patches + i] = order[static_cast<size_t>(i)];
    }
  }
}

void Noise::coins(TrainStream stream, uint64_t step, int64_t count, int32_t *dst) const {
  for (int64_t i = 0; i < count; ++i)
    dst[i] = static_cast<int32_t>(randomWord({seed, step, uint32_t(stream)}, static_cast<uint64_t>(i)) >> 31);
}

} // namespace dpsims
