// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/evaluate/feature_statistics.h"

#include "runtime/base/error.h"
#include "runtime/base/tensor.h"
#include "runtime/evaluate/npz.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <utility>

namespace dpsims {

namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
constexpr Eigen::Index pendingRows = 64;

} // namespace

// Vectors less the first one: sums of squares of what hardly varies would lose their digits.
struct FeatureMoments::State {
  explicit State(Eigen::Index dimension)
      : origin(dimension), sum(Vector::Zero(dimension)), products(Matrix::Zero(dimension, dimension)),
        pending(dimension, pendingRows) {}

  Vector origin, sum;
  Matrix products, pending;
  Eigen::Index waiting = 0;
  uint64_t count = 0;
};

FeatureMoments::FeatureMoments(size_t dimension) : state(std::make_unique<State>(Eigen::Index(dimension))) {}
FeatureMoments::~FeatureMoments() = default;
FeatureMoments::FeatureMoments(FeatureMoments &&) noexcept = default;

uint64_t FeatureMoments::count() const { return state->count; }

void FeatureMoments::add(const float *vector) {
  const Vector values = Eigen::Map<const Eigen::VectorXf>(vector, state->sum.size()).cast<double>();
  if (state->count++ == 0)
    state->origin = values;
  state->pending.col(state->waiting++) = values - state->origin;
  if (state->waiting == pendingRows)
    addPending();
}

void FeatureMoments::addPending() {
  if (!state->waiting)
    return; // Eigen divides by the number of columns
  const auto columns = state->pending.leftCols(state->waiting);
  state->sum += columns.rowwise().sum();
  state->products.selfadjointView<Eigen::Lower>().rankUpdate(columns);
  state->waiting = 0;
}

// Adds what vectors gave that were taken less another origin.
void FeatureMoments::addState(const State &other) {
  if (state->count == 0)
    state->origin = other.origin;
  const Vector shift = other.origin - state->origin;
  const double count = double(other.count);
  state->products.triangularView<Eigen::Lower>() += other.products + other.sum * shift.transpose() +
                                                    shift * other.sum.transpose() + count * shift * shift.transpose();
  state->sum += other.sum + count * shift;
  state->count += other.count;
}

void FeatureMoments::merge(Communicator &ranks) {
  addPending();
  std::vector<uint64_t> counts(size_t(ranks.size()));
  ranks.allGather(&state->count, sizeof state->count, counts.data());
  const std::unique_ptr<State> own = std::move(state);
  const Eigen::Index dimension = own->sum.size();
  state = std::make_unique<State>(dimension);
  for (int rank = 0; rank < ranks.size(); ++rank) {
    if (!counts[size_t(rank)])
      continue;
    State theirs = rank == ranks.rank() ? *own : State(dimension);
    theirs.count = counts[size_t(rank)];
    for (auto [numbers, size] : {std::pair(theirs.origin.data(), dimension), std::pair(theirs.sum.data(), dimension),
                                 std::pair(theirs.products.data(), dimension * dimension)})
      ranks.broadcast(numbers, size_t(size) * sizeof(double), rank);
    addState(theirs);
  }
}

FeatureStatistics FeatureMoments::statistics() {
  addPending();
  const double count = double(state->count);
  const Vector shift = state->sum / count, mean = state->origin + shift;
  Matrix covariance = state->products.selfadjointView<Eigen::Lower>();
  covariance = (covariance - count * shift * shift.transpose()) / (count - 1);
  FeatureStatistics result;
  result.mean.assign(mean.data(), mean.data() + mean.size());
  result.covariance.assign(covariance.data(), covariance.data() + covariance.size());
  result.count = state->count;
  return result;
}

double frechetDistance(const FeatureStatistics &a, const FeatureStatistics &b) {
  const auto size = Eigen::Index(a.dimension());
  const Eigen::Map<const Vector> first(a.mean.data(), size), second(b.mean.data(), size);
  const Eigen::Map<const Matrix> p(a.covariance.data(), size, size), q(b.covariance.data(), size, size);
  // With S1 = R R^T the eigenvalues of S1 S2 are those of R^T S2 R, which is symmetric. Of fewer vectors than numbers
  // S1 has not full rank, which the pivoted factorization takes.
  const Eigen::LDLT<Matrix> factors(p);
  const Vector scale = factors.vectorD().cwiseMax(0).cwiseSqrt();
  const Matrix lower = factors.matrixL();
  const Matrix root = factors.transpositionsP().transpose() * Matrix(lower * scale.asDiagonal());
  const Matrix product = root.transpose() * q * root;
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(product, Eigen::EigenvaluesOnly);
  const double shared = solver.eigenvalues().cwiseMax(0).cwiseSqrt().sum();
  return std::max((first - second).squaredNorm() + p.trace() + q.trace() - 2 * shared, 0.0);
}

FeatureStatistics readStatistics(const std::string &path) {
  NpzArrays arrays = readNpz(path);
  for (const char *name : {"mu", "sigma"})
    if (!arrays.count(name))
      fail(ErrorCode::InvalidData, path, ": has no array ", quoted(name), "; statistics have mu and sigma");
  NpzArray &mean = arrays["mu"], &covariance = arrays["sigma"];
  const int64_t size = int64_t(mean.values.size());
  if (mean.shape.size() != 1 || size == 0 || covariance.shape != std::vector<int64_t>{size, size})
    fail(ErrorCode::InvalidData, path, ": mu is ", shapeText(mean.shape), " and sigma ", shapeText(covariance.shape),
         ", expected (D) and (D, D)");
  for (const NpzArray *array : {&mean, &covariance})
    for (double value : array->values)
      if (!std::isfinite(value))
        fail(ErrorCode::InvalidData, path, ": ", array == &mean ? "mu" : "sigma", " has a number that is not finite");
  FeatureStatistics result{std::move(mean.values), std::move(covariance.values)};
  for (auto [name, number] : {std::pair{"count", &result.count}, {"network", &result.network}})
    if (const auto found = arrays.find(name); found != arrays.end() && found->second.values.size() == 1)
      *number = uint64_t(std::clamp(found->second.values[0], 0.0, 0x1p53));
  return result;
}

void writeStatistics(const std::string &path, const FeatureStatistics &statistics) {
  const int64_t size = int64_t(statistics.dimension());
  NpzArrays arrays{{"mu", {{size}, statistics.mean}}, {"sigma", {{size, size}, statistics.covariance}}};
  if (statistics.count)
    arrays["count"] = {{1}, {double(statistics.count)}};
  if (statistics.network)
    arrays["network"] = {{1}, {double(statistics.network)}};
  writeNpz(path, arrays);
}

} // namespace dpsims
