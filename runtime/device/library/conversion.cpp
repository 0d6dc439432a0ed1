// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/library/conversion.h"

#include "runtime/base/error.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

namespace dpsims {

namespace {

using Json = nlohmann::json;

std::string dump(const Json &json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// read(json) of the text; whatever is wrong with it is the library's fault.
template <typename Read> auto parse(const std::string &text, const Read &read) {
  try {
    return read(Json::parse(text));
  } catch (const Json::exception &error) {
    fail(ErrorCode::Internal, "a library of devices gave JSON that is not understood: ", error.what());
  }
}

} // namespace

dpsims_device_options toC(const DeviceOptions &options) {
  dpsims_device_options result = {};
  result.size = sizeof(result);
  result.index = options.index;
  result.threads = options.threads;
  result.convolution = static_cast<int32_t>(options.convolution);
  result.plan_cache = options.planCache.c_str();
  result.plan_cache_named = options.planCacheNamed;
  result.no_graphs = !options.graphs;
  result.checked = options.checked;
  result.nondeterministic = options.nondeterministic;
  result.streams = options.streams;
  result.ranks_id = options.ranks.id.data();
  result.ranks_id_size = options.ranks.id.size();
  result.rank = options.ranks.rank;
  result.ranks = options.ranks.size;
  return result;
}

DeviceOptions fromC(const dpsims_device_options &given) {
  dpsims_device_options known = {};
  std::memcpy(&known, &given, std::min<size_t>(given.size, sizeof(known)));
  if (known.convolution < 0 || known.convolution > static_cast<int32_t>(ConvolutionChoice::Winograd))
    fail("there is no choice ", known.convolution, " of convolutions");
  if (known.streams > mostStreams)
    fail(known.streams, " streams are too many: ", mostStreams, " at most");
  DeviceOptions result;
  result.index = known.index;
  result.threads = known.threads;
  result.convolution = static_cast<ConvolutionChoice>(known.convolution);
  result.planCache = known.plan_cache ? known.plan_cache : "";
  result.planCacheNamed = known.plan_cache_named;
  result.graphs = !known.no_graphs;
  result.checked = known.checked;
  result.nondeterministic = known.nondeterministic;
  result.streams = std::max(known.streams, 1u);
  if (known.ranks_id)
    result.ranks.id.assign(static_cast<const char *>(known.ranks_id), known.ranks_id_size);
  result.ranks.rank = known.rank;
  result.ranks.size = std::max(known.ranks, 1);
  return result;
}

Queue queueFromC(int32_t queue) {
  if (queue < 0 || queue > static_cast<int32_t>(Queue::Download))
    fail("there is no queue ", queue);
  return static_cast<Queue>(queue);
}

std::string toJson(const DevicePeaks &peaks) {
  Json arithmetic = Json::array();
  for (const DevicePeaks::Arithmetic &peak : peaks.arithmetic)
    arithmetic.push_back({{"name", peak.name}, {"flops", peak.flops}});
  return dump({{"bandwidth", peaks.bandwidth}, {"arithmetic", arithmetic}});
}

DevicePeaks peaksFromJson(const std::string &text) {
  return parse(text, [](const Json &json) {
    DevicePeaks peaks;
    peaks.bandwidth = json.at("bandwidth");
    for (const Json &peak : json.at("arithmetic"))
      peaks.arithmetic.push_back({peak.at("name"), peak.at("flops")});
    return peaks;
  });
}

std::string toJson(const ConvolutionPlans &plans) {
  Json entries = Json::array(), convolutions = Json::array();
  for (const PlannedEntry &entry : plans.entries)
    entries.push_back({{"name", entry.name},
                       {"convolutions", entry.convolutions},
                       {"without_engine", entry.withoutEngine},
                       {"launches", entry.launches}});
  for (const PlannedConvolution &convolution : plans.convolutions)
    convolutions.push_back({{"key", convolution.key},
                            {"engine", convolution.engine},
                            {"candidates", convolution.candidates},
                            {"seconds", convolution.seconds}});
  return dump({{"device", plans.device}, {"entries", entries}, {"convolutions", convolutions}});
}

ConvolutionPlans plansFromJson(const std::string &text) {
  return parse(text, [](const Json &json) {
    ConvolutionPlans plans;
    plans.device = json.at("device");
    for (const Json &entry : json.at("entries"))
      plans.entries.push_back(
          {entry.at("name"), entry.at("convolutions"), entry.at("without_engine"), entry.at("launches")});
    for (const Json &convolution : json.at("convolutions"))
      plans.convolutions.push_back(
          {convolution.at("key"), convolution.at("engine"), convolution.at("candidates"), convolution.at("seconds")});
    return plans;
  });
}

} // namespace dpsims
