// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/session/benchmark_ranks.h"

#include "runtime/format/describe.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <numeric>

namespace dpsims {

static double meanOf(const std::vector<double> &values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
}

double RankTimes::meanCompute() const { return meanOf(compute); }
double RankTimes::meanWaiting() const { return meanOf(waiting); }

uint64_t messageBytes(const Plan &plan, const Step &step) {
  uint64_t bytes = 0;
  const auto *collective = std::get_if<CollectiveStep>(&step.operation);
  if (collective && collective->kind != CollectiveKind::OwnPart)
    for (uint32_t src : collective->srcs)
      bytes += plan.buffers[src].bytes();
  return bytes;
}

RankProfile::RankProfile(const Plan &plan, int ranks)
    : ranks(ranks), bests(plan.steps.size(), std::numeric_limits<double>::infinity()), waits(plan.steps.size()) {
  for (const Step &step : plan.steps) {
    messages.push_back(messageBytes(plan, step));
    sums.bytes += messages.back();
    sums.allReduces += messages.back() > 0;
  }
  sums.compute.resize(size_t(ranks));
  sums.waiting.resize(size_t(ranks));
}

void RankProfile::add(const std::vector<double> &seconds) {
  ++runs;
  for (size_t step = 0; step < steps(); ++step) {
    double sum = 0, least = std::numeric_limits<double>::infinity();
    for (size_t rank = 0; rank < size_t(ranks); ++rank) {
      sum += seconds[rank * steps() + step];
      least = std::min(least, seconds[rank * steps() + step]);
    }
    const bool isMessage = messages[step] > 0;
    for (size_t rank = 0; rank < size_t(ranks); ++rank) {
      const double own = seconds[rank * steps() + step];
      (isMessage ? sums.waiting : sums.compute)[rank] += isMessage ? own - least : own;
    }
    sums.transfer += isMessage ? least : 0;
    waits[step] += isMessage ? sum / ranks - least : 0;
    bests[step] = std::min(bests[step], isMessage ? least : sum / ranks);
  }
}

RankTimes RankProfile::times() const {
  RankTimes result = sums;
  for (std::vector<double> *values : {&result.compute, &result.waiting})
    for (double &value : *values)
      value /= runs;
  result.transfer /= runs;
  return result;
}

std::vector<double> RankProfile::waiting() const {
  std::vector<double> result = waits;
  for (double &value : result)
    value /= runs;
  return result;
}

std::vector<double> gatherOfRanks(const std::vector<double> &values, Communicator &ranks) {
  std::vector<double> all(values.size() * size_t(ranks.size()));
  ranks.allGather(values.data(), values.size() * sizeof(double), all.data());
  return all;
}

std::vector<double> largestOfRanks(std::vector<double> values, Communicator *ranks) {
  if (!ranks)
    return values;
  const std::vector<double> all = gatherOfRanks(values, *ranks);
  for (size_t i = 0; i < all.size(); ++i)
    values[i % values.size()] = std::max(values[i % values.size()], all[i]);
  return values;
}

void printRankTimes(const RankTimes &times, std::ostream &out) {
  if (times.count() == 0)
    return;
  const auto [least, most] = std::minmax_element(times.compute.begin(), times.compute.end());
  const double compute = times.meanCompute(), waiting = times.meanWaiting();
  const double whole = compute + waiting + times.transfer;
  auto share = [&](double seconds) { return whole > 0 ? 100 * seconds / whole : 0; };
  char text[256];
  std::snprintf(text, sizeof(text),
                "  %zu ranks, by step: %.3f ms = compute %.3f ms (%.3f to %.3f) + transfer %.3f ms + waiting %.3f ms\n",
                times.count(), whole * 1e3, compute * 1e3, *least * 1e3, *most * 1e3, times.transfer * 1e3,
                waiting * 1e3);
  out << text;
  std::snprintf(text, sizeof(text), "  %llu all-reduces of %s: transfer %.1f %%, waiting %.1f %%; exposed %.3f ms\n",
                static_cast<unsigned long long>(times.allReduces), bytesText(times.bytes).c_str(),
                share(times.transfer), share(waiting), times.exposed * 1e3);
  out << text;
}

} // namespace dpsims
