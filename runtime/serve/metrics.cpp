// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/serve/metrics.h"

#include "runtime/base/text.h"

#include <fstream>

#include <unistd.h>

namespace dpsims::serve {

namespace {

std::string numberText(double value) { return dpsims::numberText(value, "%.9g"); }

void head(std::string &out, const char *name, const char *kind, const char *help) {
  out += std::string("# HELP ") + name + " " + help + "\n# TYPE " + name + " " + kind + "\n";
}

void single(std::string &out, const char *name, const char *kind, const char *help, double value) {
  head(out, name, kind, help);
  out += std::string(name) + " " + numberText(value) + "\n";
}

/// 0 where the system does not say.
double residentBytes() {
  std::ifstream file("/proc/self/statm");
  double all = 0, resident = 0;
  file >> all >> resident;
  return resident * double(::sysconf(_SC_PAGESIZE));
}

} // namespace

void Metrics::Histogram::add(double seconds) {
  for (size_t i = 0; i < bounds.size(); ++i)
    within[i] += seconds <= bounds[i];
  ++count;
  sum += seconds;
}

void Metrics::Histogram::write(std::string &out, const std::string &name, const std::string &label) const {
  const std::string comma = label.empty() ? "" : ",", braces = label.empty() ? "" : "{" + label + "}";
  for (size_t i = 0; i < bounds.size(); ++i)
    out +=
        name + "_bucket{" + label + comma + "le=\"" + numberText(bounds[i]) + "\"} " + std::to_string(within[i]) + "\n";
  out += name + "_bucket{" + label + comma + "le=\"+Inf\"} " + std::to_string(count) + "\n";
  out += name + "_sum" + braces + " " + numberText(sum) + "\n";
  out += name + "_count" + braces + " " + std::to_string(count) + "\n";
}

void Metrics::answered(const std::string &route, int status, double seconds) {
  const std::lock_guard<std::mutex> lock(mutex);
  ++requests[{route, status}];
  latencies[route].add(seconds);
}

void Metrics::ran(size_t count, double seconds) {
  const std::lock_guard<std::mutex> lock(mutex);
  pictures += count;
  runs.add(seconds);
}

std::string Metrics::text(const Gauges &gauges) const {
  const std::lock_guard<std::mutex> lock(mutex);
  std::string out;
  head(out, "dpsims_requests_total", "counter", "Requests that were answered.");
  for (const auto &[key, count] : requests)
    out += "dpsims_requests_total{route=\"" + key.first + "\",status=\"" + std::to_string(key.second) + "\"} " +
           std::to_string(count) + "\n";
  head(out, "dpsims_request_seconds", "histogram", "From the end of a request to its response, waiting included.");
  for (const auto &[route, histogram] : latencies)
    histogram.write(out, "dpsims_request_seconds", "route=\"" + route + "\"");
  head(out, "dpsims_run_seconds", "histogram", "A run of the model, for one batch of pictures.");
  runs.write(out, "dpsims_run_seconds", "");
  single(out, "dpsims_pictures_total", "counter", "Pictures that the model made.", double(pictures));
  single(out, "dpsims_waiting_requests", "gauge", "Requests that wait for the model.", double(gauges.waiting));
  single(out, "dpsims_connections", "gauge", "Open connections.", double(gauges.connections));
  single(out, "dpsims_healthy", "gauge", "1 unless the last run of the model failed.", gauges.healthy ? 1 : 0);
  single(out, "process_resident_memory_bytes", "gauge", "Memory of the process.", residentBytes());
  return out;
}

} // namespace dpsims::serve
