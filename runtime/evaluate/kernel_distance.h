// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The kernel distance of two sets of feature vectors (KID, where the features are Inception's): the unbiased squared
// maximum mean discrepancy with the kernel (x . y / D + 1)^3.

#ifndef DPSIMS_RUNTIME_EVALUATE_KERNEL_DISTANCE_H
#define DPSIMS_RUNTIME_EVALUATE_KERNEL_DISTANCE_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dpsims {

/// At most so many vectors of a sequence, each of which has the same chance to be among them.
class FeatureSample {
public:
  FeatureSample(size_t dimension, size_t most, uint64_t seed) : dimension(dimension), most(most), seed(seed) {}

  /// A vector of `dimension` numbers.
  void add(const float *vector);

  size_t count() const { return vectors.size() / dimension; }
  const float *operator[](size_t i) const { return vectors.data() + i * dimension; }
  size_t size() const { return dimension; } ///< of a vector

private:
  size_t dimension, most;
  uint64_t seed, seen = 0;
  std::vector<float> vectors;
};

struct KernelOptions {
  size_t subsets = 100, size = 1000; ///< a smaller set is used whole
  uint64_t seed = 0;
};

struct KernelDistance {
  double mean = 0, deviation = 0; ///< over the subsets
  size_t size = 0;                ///< of each
};

/// The mean over random subsets, in f64, on all processors. Two vectors or more of each, of one dimension.
KernelDistance kernelDistance(const FeatureSample &a, const FeatureSample &b, const KernelOptions &options = {});

} // namespace dpsims

#endif // DPSIMS_RUNTIME_EVALUATE_KERNEL_DISTANCE_H
