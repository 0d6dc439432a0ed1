// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A benchmark's result in files: every figure, and a trace.

#include "runtime/session/benchmark.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dpsims {

double shortestSeconds(const StepTime &step, const DevicePeaks &peaks) {
  double seconds = peaks.bandwidth > 0 ? step.bytes / peaks.bandwidth : 0;
  if (!peaks.arithmetic.empty() && peaks.arithmetic[0].flops > 0)
    seconds = std::max(seconds, step.flops / peaks.arithmetic[0].flops);
  return seconds;
}

static nlohmann::json stepsJson(const BenchmarkResult &r) {
  nlohmann::json steps = nlohmann::json::array();
  for (const StepTime &step : r.steps) {
    steps.push_back({{"kind", step.kind},
                     {"label", step.label},
                     {"implementation", step.implementation},
                     {"seconds", step.seconds},
                     {"flops", step.flops},
                     {"bytes", step.bytes},
                     {"shortest_seconds", shortestSeconds(step, r.peaks)}});
    if (step.message)
      steps.back().update({{"message_bytes", step.message}, {"waiting_seconds", step.waiting}});
  }
  return steps;
}

static nlohmann::json ranksJson(const RankTimes &ranks) {
  return {{"count", ranks.count()},           {"compute_seconds", ranks.compute},
          {"waiting_seconds", ranks.waiting}, {"transfer_seconds", ranks.transfer},
          {"exposed_seconds", ranks.exposed}, {"all_reduces", ranks.allReduces},
          {"all_reduce_bytes", ranks.bytes}};
}

std::string benchmarkJson(const BenchmarkResult &r) {
  nlohmann::json forecast = nlohmann::json::array();
  for (const StreamForecast &f : r.forecast)
    forecast.push_back({{"streams", f.streams}, {"waits", f.waits}, {"seconds", f.seconds}});
  nlohmann::json peaks = nlohmann::json::object();
  for (const DevicePeaks::Arithmetic &peak : r.peaks.arithmetic)
    peaks[peak.name] = peak.flops;
  nlohmann::json json = {{"model", r.model},
                         {"entry", r.entry},
                         {"device", r.device},
                         {"batch", r.batch},
                         {"runs", r.runs},
                         {"load_seconds", r.loadSeconds},
                         {"min_seconds", r.minSeconds},
                         {"median_seconds", r.medianSeconds},
                         {"device_seconds", r.deviceSeconds},
                         {"single_seconds", r.singleSeconds},
                         {"recorded", r.recorded},
                         {"upload", {{"bytes", r.upload.bytes}, {"seconds", r.upload.seconds}}},
                         {"download", {{"bytes", r.download.bytes}, {"seconds", r.download.seconds}}},
                         {"flops", r.flops},
                         {"critical_path_seconds", r.criticalSeconds},
                         {"forecast", forecast},
                         {"memory",
                          {{"arena", r.memory.arena},
                           {"constants", r.memory.constants},
                           {"variables", r.memory.variables},
                           {"workspace", r.memory.workspace},
                           {"arguments", r.memory.arguments},
                           {"load", r.memory.load},
                           {"resident_peak", r.residentPeak}}},
                         {"machine", {{"bandwidth", r.peaks.bandwidth}, {"flops", peaks}}},
                         {"steps", stepsJson(r)}};
  if (r.ranks.count())
    json["ranks"] = ranksJson(r.ranks);
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string benchmarkTrace(const BenchmarkResult &r) {
  constexpr double micro = 1e6;
  nlohmann::json events = nlohmann::json::array();
  double start = 0;
  for (size_t i = 0; i < r.steps.size(); ++i) {
    const StepTime &step = r.steps[i];
    events.push_back({{"name", step.label},
                      {"cat", step.kind},
                      {"ph", "X"}, // a complete event
                      {"ts", start * micro},
                      {"dur", step.seconds * micro},
                      {"pid", 0},
                      {"tid", 0},
                      {"args",
                       {{"step", i},
                        {"implementation", step.implementation},
                        {"GFLOP", step.flops * 1e-9},
                        {"MB", step.bytes * 1e-6},
                        {"shortest_us", shortestSeconds(step, r.peaks) * micro}}}});
    start += step.seconds;
  }
  nlohmann::json trace = {{"displayTimeUnit", "ms"},
                          {"otherData", {{"model", r.model}, {"entry", r.entry}, {"device", r.device}}},
                          {"traceEvents", events}};
  return trace.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace dpsims
