// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/evaluate/kernel_distance.h"

#include "runtime/base/machine.h"
#include "runtime/random/philox.h"

#include <Eigen/Core>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <numeric>
#include <thread>

namespace dpsims {

namespace {

using Matrix = Eigen::MatrixXd;

enum Stream : uint32_t { Reservoir, FirstSubset, SecondSubset };

uint64_t longWord(const RandomSequence &sequence, uint64_t index) {
  return uint64_t(randomWord(sequence, 2 * index)) << 32 | randomWord(sequence, 2 * index + 1);
}

// A number below `limit`, uniform but for 2^-32 of it.
size_t below(size_t limit, const RandomSequence &sequence, uint64_t index) {
  return size_t(longWord(sequence, index) % limit);
}

// `size` different vectors as columns: the beginning of a random order.
Matrix choose(const FeatureSample &sample, size_t size, const RandomSequence &sequence) {
  std::vector<const float *> order = sample.inOrder();
  Matrix columns(Eigen::Index(sample.size()), Eigen::Index(size));
  for (size_t i = 0; i < size; ++i) {
    std::swap(order[i], order[i + below(order.size() - i, sequence, i)]);
    columns.col(Eigen::Index(i)) = Eigen::Map<const Eigen::VectorXf>(order[i], columns.rows()).cast<double>();
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

void FeatureSample::add(const float *vector, uint64_t place) {
  const std::pair<uint64_t, uint64_t> key = {longWord({seed, 0, Reservoir}, place), place};
  if (kept.size() == most && key > kept.rbegin()->first)
    return;
  kept.emplace(key, std::vector<float>(vector, vector + dimension));
  if (kept.size() > most)
    kept.erase(std::prev(kept.end()));
}

void FeatureSample::merge(Communicator &ranks) {
  std::vector<uint64_t> places;
  std::vector<float> numbers;
  for (const auto &[key, vector] : kept) {
    places.push_back(key.second);
    numbers.insert(numbers.end(), vector.begin(), vector.end());
  }
  const uint64_t own = places.size();
  std::vector<uint64_t> counts(size_t(ranks.size()));
  ranks.allGather(&own, sizeof own, counts.data());
  for (int rank = 0; rank < ranks.size(); ++rank) {
    const size_t count = counts[size_t(rank)];
    if (!count)
      continue;
    std::vector<uint64_t> theirPlaces = rank == ranks.rank() ? places : std::vector<uint64_t>(count);
    std::vector<float> theirs = rank == ranks.rank() ? numbers : std::vector<float>(count * dimension);
    ranks.broadcast(theirPlaces.data(), count * sizeof(uint64_t), rank);
    ranks.broadcast(theirs.data(), theirs.size() * sizeof(float), rank);
    for (size_t i = 0; i < count; ++i)
      add(theirs.data() + i * dimension, theirPlaces[i]);
  }
}

std::vector<const float *> FeatureSample::inOrder() const {
  std::map<uint64_t, const float *> byPlace;
  for (const auto &[key, vector] : kept)
    byPlace[key.second] = vector.data();
  std::vector<const float *> result;
  for (const auto &[place, vector] : byPlace)
    result.push_back(vector);
  return result;
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
