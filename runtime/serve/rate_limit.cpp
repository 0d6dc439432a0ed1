// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/serve/rate_limit.h"

#include <algorithm>

namespace dpsims::serve {

static double secondsBetween(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

// A bucket that is full again says nothing.
void RateLimit::forgetFull(Clock::time_point now) {
  for (auto bucket = buckets.begin(); bucket != buckets.end();)
    bucket = secondsBetween(bucket->second.filled, now) >= 1 ? buckets.erase(bucket) : std::next(bucket);
}

bool RateLimit::allow(const std::string &address, Clock::time_point now) {
  if (perSecond <= 0)
    return true;
  const double most = std::max(1.0, perSecond);
  if (buckets.size() >= mostAddresses && !buckets.count(address)) {
    forgetFull(now);
    if (buckets.size() >= mostAddresses)
      return false;
  }
  Bucket &bucket = buckets.emplace(address, Bucket{most, now}).first->second;
  bucket.tokens = std::min(most, bucket.tokens + perSecond * secondsBetween(bucket.filled, now));
  bucket.filled = now;
  if (bucket.tokens < 1)
    return false;
  bucket.tokens -= 1;
  return true;
}

} // namespace dpsims::serve
