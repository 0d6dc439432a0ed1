// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the server counts, in Prometheus's text format.

#ifndef DPSIMS_RUNTIME_SERVE_METRICS_H
#define DPSIMS_RUNTIME_SERVE_METRICS_H

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace dpsims::serve {

/// For any threads.
class Metrics {
public:
  /// A request to one of the server's own paths ("other" for all else) was answered, so long after it was complete.
  void answered(const std::string &route, int status, double seconds);

  /// The program ran once, for so many pictures.
  void ran(size_t pictures, double seconds);

  /// What is measured now.
  struct Gauges {
    size_t waiting = 0, connections = 0;
    bool healthy = true;
  };
  std::string text(const Gauges &gauges) const;

private:
  /// Seconds: sum, number, and how many took at most as long as each bound.
  struct Histogram {
    static constexpr std::array<double, 10> bounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};
    std::array<uint64_t, bounds.size()> within{};
    uint64_t count = 0;
    double sum = 0;

    void add(double seconds);
    void write(std::string &out, const std::string &name, const std::string &label) const;
  };

  mutable std::mutex mutex;
  std::map<std::pair<std::string, int>, uint64_t> requests; // of a route and a status
  std::map<std::string, Histogram> latencies;               // of a route
  Histogram runs;
  uint64_t pictures = 0;
};

} // namespace dpsims::serve

#endif // DPSIMS_RUNTIME_SERVE_METRICS_H
