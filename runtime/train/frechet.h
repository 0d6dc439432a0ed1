// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The Frechet distance between two sets of feature vectors, each seen as a normal distribution:
//   |m1 - m2|^2 + tr(S1) + tr(S2) - 2 tr((S1 S2)^(1/2))
// with means m and (unbiased) covariances S.

#ifndef DPSIMS_RUNTIME_TRAIN_FRECHET_H
#define DPSIMS_RUNTIME_TRAIN_FRECHET_H

#include <cstddef>
#include <vector>

namespace dpsims {

/// Vectors of one length, one after the other.
struct FeatureSet {
  size_t dimension = 0;
  std::vector<double> values;

  size_t count() const { return dimension ? values.size() / dimension : 0; }
};

/// In f64. Error: a set has fewer than two vectors, or the dimensions differ.
double frechetDistance(const FeatureSet &a, const FeatureSet &b);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_FRECHET_H
