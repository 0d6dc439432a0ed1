// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Compiler/Network.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>

namespace dpsims {

/// Latency that is worth a larger bucket, of the transfer.
static constexpr double largestLatency = 0.1;

static constexpr int64_t smallestBucket = int64_t(1) << 12, largestBucket = int64_t(1) << 30;

static CollectiveTime operator+(const CollectiveTime &a, const CollectiveTime &b) {
  return {a.latency + b.latency, a.transfer + b.transfer};
}

static CollectiveTime faster(const CollectiveTime &a, const CollectiveTime &b) {
  return b.seconds() < a.seconds() ? b : a;
}

static AllReduceTime onLink(const Link &link, int64_t members, double bytes) {
  if (members < 2)
    return {};
  const double p = double(members), beta = link.bandwidth;
  AllReduceTime time;
  time.ring = {2 * (p - 1) * link.latency, 2 * (p - 1) / p * bytes / beta};
  time.tree = {2 * double(llvm::Log2_64_Ceil(uint64_t(members))) * link.latency, 2 * bytes / beta};
  time.best = faster(time.ring, time.tree);
  return time;
}

AllReduceTime allReduceTime(const Network &network, int64_t devices, double bytes) {
  const int64_t inNode = std::min(devices, network.devicesPerNode);
  const AllReduceTime inside = onLink(network.inside, inNode, bytes);
  const AllReduceTime between = onLink(network.between, (devices + inNode - 1) / inNode, bytes);
  return {inside.ring + between.ring, inside.tree + between.tree, inside.best + between.best};
}

int64_t bucketBytes(const Network &network, int64_t devices) {
  int64_t bytes = smallestBucket;
  for (; bytes < largestBucket; bytes *= 2) {
    const CollectiveTime time = allReduceTime(network, devices, double(bytes)).best;
    if (time.latency <= largestLatency * time.transfer)
      break;
  }
  return bytes;
}

} // namespace dpsims
