// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/evaluate/confusion.h"

namespace dpsims {

void ConfusionMatrix::add(const int32_t *labels, const int32_t *found, size_t pixels) {
  for (size_t i = 0; i < pixels; ++i)
    if (labels[i] >= 0 && size_t(labels[i]) < size)
      ++counts[size_t(labels[i]) * size + size_t(found[i])];
}

void ConfusionMatrix::merge(Communicator &ranks) {
  std::vector<uint64_t> all(counts.size() * size_t(ranks.size()));
  ranks.allGather(counts.data(), counts.size() * sizeof(uint64_t), all.data());
  for (size_t i = 0; i < counts.size(); ++i) {
    counts[i] = 0;
    for (size_t rank = 0; rank < size_t(ranks.size()); ++rank)
      counts[i] += all[rank * counts.size() + i];
  }
}

uint64_t ConfusionMatrix::labeled(size_t c) const {
  uint64_t sum = 0;
  for (size_t other = 0; other < size; ++other)
    sum += at(c, other);
  return sum;
}

uint64_t ConfusionMatrix::found(size_t c) const {
  uint64_t sum = 0;
  for (size_t other = 0; other < size; ++other)
    sum += at(other, c);
  return sum;
}

double ConfusionMatrix::pixelAccuracy() const {
  uint64_t right = 0, all = 0;
  for (size_t c = 0; c < size; ++c)
    right += at(c, c), all += labeled(c);
  return all ? double(right) / double(all) : 0;
}

std::optional<double> ConfusionMatrix::accuracy(size_t c) const {
  const uint64_t all = labeled(c);
  return all ? std::optional(double(at(c, c)) / double(all)) : std::nullopt;
}

std::optional<double> ConfusionMatrix::intersectionOverUnion(size_t c) const {
  const uint64_t either = labeled(c) + found(c) - at(c, c);
  return either ? std::optional(double(at(c, c)) / double(either)) : std::nullopt;
}

double ConfusionMatrix::meanIntersectionOverUnion() const {
  double sum = 0;
  size_t present = 0;
  for (size_t c = 0; c < size; ++c)
    if (const std::optional<double> value = intersectionOverUnion(c))
      sum += *value, ++present;
  return present ? sum / double(present) : 0;
}

} // namespace dpsims
