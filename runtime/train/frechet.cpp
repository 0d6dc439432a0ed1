// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/frechet.h"

#include "runtime/base/error.h"

#include <Eigen/QR>
#include <Eigen/SVD>

#include <algorithm>
#include <cmath>

namespace dpsims {

namespace {

using Matrix = Eigen::MatrixXd;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// A normal distribution by its mean and a matrix R with R^T R = covariance, of as few rows as do.
struct Distribution {
  Eigen::VectorXd mean;
  Matrix root;
};

Distribution distributionOf(const FeatureSet &set) {
  const auto rows = static_cast<Eigen::Index>(set.count()), columns = static_cast<Eigen::Index>(set.dimension);
  const Eigen::Map<const Rows> values(set.values.data(), rows, columns);
  Distribution result;
  result.mean = values.colwise().mean();
  result.root = (values.rowwise() - result.mean.transpose()) / std::sqrt(static_cast<double>(rows - 1));
  if (rows > columns) // the triangular factor has the same R^T R
    result.root =
        Matrix(Eigen::HouseholderQR<Matrix>(result.root).matrixQR().topRows(columns).triangularView<Eigen::Upper>());
  return result;
}

} // namespace

double frechetDistance(const FeatureSet &a, const FeatureSet &b) {
  if (a.dimension != b.dimension || a.count() < 2 || b.count() < 2)
    fail("a Frechet distance needs two or more feature vectors of each kind, of one length");
  const Distribution p = distributionOf(a), q = distributionOf(b);
  // The eigenvalues of S1 S2 are the squares of the singular values of R1 R2^T: for few vectors a small matrix.
  const Eigen::BDCSVD<Matrix> svd(p.root * q.root.transpose());
  const double distance =
      (p.mean - q.mean).squaredNorm() + p.root.squaredNorm() + q.root.squaredNorm() - 2 * svd.singularValues().sum();
  return std::max(distance, 0.0);
}

} // namespace dpsims
