// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The kernel distance of two sets of feature vectors (KID, where the features are Inception's): the unbiased squared
// maximum mean discrepancy with the kernel (x . y / D + 1)^3.

#ifndef DPSIMS_RUNTIME_EVALUATE_KERNEL_DISTANCE_H
#define DPSIMS_RUNTIME_EVALUATE_KERNEL_DISTANCE_H

#include "runtime/communicator/communicator.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace dpsims {

/// At most so many vectors of a sequence, each of which has the same chance to be among them: those with the least
/// random numbers, which are a function of the seed and the vector's place in the sequence. So it does not matter who
/// adds which.
class FeatureSample {
public:
  FeatureSample(size_t dimension, size_t most, uint64_t seed) : dimension(dimension), most(most), seed(seed) {}

  /// A vector of `dimension` numbers, and its place in the sequence, which no other has.
  void add(const float *vector, uint64_t place);

  /// Of the vectors that all ranks have added, on all of them. All call it together.
  void merge(Communicator &ranks);

  size_t count() const { return kept.size(); }
  std::vector<const float *> inOrder() const; ///< of their places
  size_t size() const { return dimension; }   ///< of a vector

private:
  size_t dimension, most;
  uint64_t seed;
  std::map<std::pair<uint64_t, uint64_t>, std::vector<float>> kept; // by random number and place
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
