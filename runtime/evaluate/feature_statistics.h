// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The mean and the covariance of feature vectors, and the Frechet distance of two of them: FID, where the features are
// Inception's. All in f64.

#ifndef DPSIMS_RUNTIME_EVALUATE_FEATURE_STATISTICS_H
#define DPSIMS_RUNTIME_EVALUATE_FEATURE_STATISTICS_H

#include "runtime/communicator/communicator.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dpsims {

struct FeatureStatistics {
  std::vector<double> mean;       ///< (D)
  std::vector<double> covariance; ///< (D, D), unbiased
  uint64_t count = 0;             ///< of vectors; 0: not known
  uint64_t network = 0;           ///< a sum of the weights that found the features, below 2^48; 0: not known

  size_t dimension() const { return mean.size(); }
};

/// Collects vectors, in memory that does not depend on their number.
class FeatureMoments {
public:
  explicit FeatureMoments(size_t dimension);
  ~FeatureMoments();
  FeatureMoments(FeatureMoments &&) noexcept;

  /// A vector of `dimension` numbers.
  void add(const float *vector);
  uint64_t count() const;

  /// Those of all ranks, on all of them. All call it together; nothing is added after it.
  void merge(Communicator &ranks);

  /// Of two vectors or more.
  FeatureStatistics statistics();

private:
  struct State;
  void addPending();
  void addState(const State &other);
  std::unique_ptr<State> state;
};

/// |m1 - m2|^2 + tr(S1) + tr(S2) - 2 tr((S1 S2)^(1/2)); of the same dimension.
double frechetDistance(const FeatureStatistics &a, const FeatureStatistics &b);

/// An .npz with `mu` and `sigma`, as pytorch-fid has it; also `count` and `network`, if they are known. Error: an array
/// is missing or has another shape, a number is not finite.
FeatureStatistics readStatistics(const std::string &path);
void writeStatistics(const std::string &path, const FeatureStatistics &statistics);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_EVALUATE_FEATURE_STATISTICS_H
