// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How many requests an address may make: a bucket for each that holds a second's worth and fills steadily.

#ifndef DPSIMS_RUNTIME_SERVE_RATE_LIMIT_H
#define DPSIMS_RUNTIME_SERVE_RATE_LIMIT_H

#include "runtime/serve/http.h"

#include <map>
#include <string>

namespace dpsims::serve {

/// For one thread.
class RateLimit {
public:
  /// Requests a second; 0: any number.
  explicit RateLimit(double perSecond) : perSecond(perSecond) {}

  /// May this address make a request now?
  bool allow(const std::string &address, Clock::time_point now);

  /// Addresses that are remembered: those of the last second at most, and never more than this.
  static constexpr size_t mostAddresses = 4096;
  size_t addresses() const { return buckets.size(); }

private:
  struct Bucket {
    double tokens;
    Clock::time_point filled;
  };
  void forgetFull(Clock::time_point now);

  const double perSecond;
  std::map<std::string, Bucket> buckets;
};

} // namespace dpsims::serve

#endif // DPSIMS_RUNTIME_SERVE_RATE_LIMIT_H
