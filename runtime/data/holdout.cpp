// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/holdout.h"

#include "runtime/random/philox.h"

#include <algorithm>
#include <numeric>

namespace dpsims {

// FNV leaves the high bits of names that differ at their ends alike: this mixes them (the finalizer of SplitMix64).
static uint64_t mixed(uint64_t hash) {
  hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9u;
  hash = (hash ^ hash >> 27) * 0x94d049bb133111ebu;
  return hash ^ hash >> 31;
}

std::vector<bool> heldOut(const std::vector<std::string> &names, int64_t every) {
  std::vector<uint64_t> hashes;
  for (const std::string &name : names)
    hashes.push_back(mixed(hashName(name)));
  std::vector<size_t> order(names.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return hashes[a] < hashes[b]; });
  const size_t least = std::min<size_t>(2, names.size() / size_t(every));
  const size_t most = std::max(least, names.size() / 2); // or chance could leave none for training
  std::vector<bool> result(names.size());
  for (size_t rank = 0; rank < order.size(); ++rank)
    result[order[rank]] = rank < least || (rank < most && hashes[order[rank]] < UINT64_MAX / uint64_t(every));
  return result;
}

} // namespace dpsims
