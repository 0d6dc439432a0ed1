// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/evaluate/kernel_distance.h"

#include "runtime/base/machine.h"
#include "runtime/random/philox.h"

#include <Eigen/Core>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <thread>

namespace dpsims {

namespace {

using Matrix = Eigen::MatrixXd;

enum Stream : uint32_t { Reservoir, FirstSubset, SecondSubset };

// A number below `limit`, uniform but for 2^-32 of it.
size_t below(size_t limit, const RandomSequence &sequence, uint64_t index) {
  const uint64_t word = uint64_t(randomWord(sequence, 2 * index)) << 32 | randomWord(sequence, 2 * index + 1);
  return size_t(word % limit);
}

// `size` different vectors as columns: the beginning of a random order.
Matrix choose(const FeatureSample &sample, size_t size, const RandomSequence &sequence) {
  std::vector<size_t> order(sample.count());
  std::iota(order.begin(), order.end(), size_t(0));
  Matrix columns(Eigen::Index(sample.size()), Eigen::Index(size));
  for (size_t i = 0; i < size; ++i) {
    std::swap(order[i], order[i + below(order.size() - i, sequence, i)]);
    columns.col(Eigen::Index(i)) = Eigen::Map<const Eigen::VectorXf>(sample[order[i]], columns.rows()).cast<double>();
  }
  return columns;
}

Eigen::ArrayXXd kernel(const Matrix &a, const Matrix &b) {
  return ((a.transpose() * b).array() / double(a.rows()) + 1).cube();
}

// The mean of the kernel over pairs of different vectors.
double meanWithin(const Matrix &a) {
  const Eigen::ArrayXXd values = kernel(a, a);
  const double count = double(a.cols());
  return (values.sum() - values.matrix().diagonal().sum()) / (count * (count - 1));
}

double discrepancy(const Matrix &a, const Matrix &b) { return meanWithin(a) + meanWithin(b) - 2 * kernel(a, b).mean(); }

} // namespace

void FeatureSample::add(const float *vector) {
  const uint64_t number = seen++;
  if (count() < most) {
    vectors.insert(vectors.end(), vector, vector + dimension);
    return;
  }
  const size_t place = below(size_t(number + 1), {seed, 0, Reservoir}, number);
  if (place < most)
    std::copy(vector, vector + dimension, vectors.begin() + std::ptrdiff_t(place * dimension));
}

KernelDistance kernelDistance(const FeatureSample &a, const FeatureSample &b, const KernelOptions &options) {
  KernelDistance result;
  result.size = std::min({options.size, a.count(), b.count()});
  std::vector<double> values(options.subsets);
  std::atomic<size_t> next{0};
  auto work = [&] {
    for (size_t i; (i = next++) < values.size();)
      values[i] = discrepancy(choose(a, result.size, {options.seed, i, FirstSubset}),
                              choose(b, result.size, {options.seed, i, SecondSubset}));
  };
  std::vector<std::thread> helpers;
  for (int i = 1; i < availableProcessors(); ++i)
    helpers.emplace_back(work);
  work();
  for (std::thread &helper : helpers)
    helper.join();
  const double count = double(values.size());
  result.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  for (double value : values)
    result.deviation += (value - result.mean) * (value - result.mean) / count;
  result.deviation = std::sqrt(result.deviation);
  return result;
}

} // namespace dpsims
