// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/conv_plans.h"

#include "runtime/base/error.h"
#include "runtime/format/checksum.h"

#include <algorithm>

namespace dpsims::cuda {

namespace {

using Json = PlanCache::Json;

// Multiply-adds. On an H200 4e7 of them took 58 us in the only engine with the epilogue, 18 us without it.
constexpr double worthMeasuring = 1e6;
constexpr size_t mostMeasured = 8, mostMeasuredStrict = 4; // without tensor cores the later ones are slow and never won
constexpr std::chrono::seconds savingInterval(10);         // a process that is stopped loses no more

std::string sumOf(const std::string &text) { return std::to_string(format::checksum(text.data(), text.size())); }

// {"engine": 7, "microseconds": 12.5, "checksum": "...", "plan": "..."}; "microseconds" where they were measured.
Json toJson(const ConvGraph &graph, const std::string &text) {
  Json json{{"engine", graph.engine()}, {"plan", text}, {"checksum", sumOf(text)}};
  if (graph.seconds > 0)
    json["microseconds"] = 1e6 * graph.seconds;
  return json;
}

// 0 where nothing was measured; nothing if it is damaged.
std::optional<double> secondsOf(const Json &json) {
  const Json microseconds = json.value("microseconds", Json(0));
  return microseconds.is_number() && microseconds >= 0 ? std::optional(1e-6 * microseconds.get<double>())
                                                       : std::nullopt;
}

// Null if it is damaged: cuDNN need not read a text that is not the one that was written.
std::shared_ptr<ConvGraph> fromJson(const Json &json, const ConvGraphSpec &spec, const CudnnTarget &target) {
  if (!json.is_object() || !json.value("engine", Json()).is_number_integer() ||
      !json.value("plan", Json()).is_string() || json.value("checksum", Json()) != sumOf(json["plan"]))
    return nullptr;
  const std::optional<double> seconds = secondsOf(json);
  if (!seconds)
    return nullptr;
  std::shared_ptr<ConvGraph> graph = ConvGraph::load(spec, target, json["engine"], json["plan"]);
  if (graph)
    graph->seconds = *seconds;
  return graph;
}

} // namespace

ConvPlans::ConvPlans(CudnnTarget target, size_t candidates, const DeviceOptions &options)
    : target(std::move(target)), candidates(candidates), nondeterministic(options.nondeterministic),
      cache(options, this->target.name()) {}

std::shared_ptr<const ConvGraph> ConvPlans::find(const ConvGraphSpec &spec) {
  const std::string key = policyFor(spec).prefix() + spec.key();
  auto [place, isNew] = asked.try_emplace(key);
  if (isNew)
    place->second = {spec.hasEpilogue(), choose(spec, key)};
  const Candidates &graphs = place->second.graphs;
  return graphs.empty() ? nullptr : graphs.front();
}

ConvPlans::Candidates ConvPlans::choose(const ConvGraphSpec &spec, const std::string &key) {
  bool measured = false;
  Candidates graphs = load(spec, key, measured);
  const bool known = !graphs.empty(), wanted = timer && !measured && spec.sizes.multiplyAdds() >= worthMeasuring;
  const bool onTensorCores = spec.tf32 || spec.type != CUDNN_DATA_FLOAT;
  const size_t most = !wanted ? candidates : onTensorCores ? mostMeasured : mostMeasuredStrict;
  if (!known)
    graphs = ConvGraph::findAll(spec, target, policyFor(spec), most);
  if (graphs.empty())
    return graphs;
  const bool now = wanted && measure(spec, graphs, most);
  if (target.isHere())
    graphs.resize(1);
  if (!known || now)
    keep(key, graphs, measured || now);
  return graphs;
}

ConvPlans::Candidates ConvPlans::load(const ConvGraphSpec &spec, const std::string &key, bool &measured) const {
  Candidates graphs;
  const Json *record = cache.findRecord(key);
  if (!record)
    return graphs;
  const Json plans = record->value("plans", Json()), isMeasured = record->value("measured", Json());
  bool whole = plans.is_array() && !plans.empty() && isMeasured.is_boolean();
  for (const Json &plan : whole ? plans : Json::array())
    if (std::shared_ptr<ConvGraph> graph = fromJson(plan, spec, target))
      graphs.push_back(std::move(graph));
  whole &= graphs.size() == plans.size();
  if (!whole) {
    cache.tellDamaged(key);
    graphs.clear();
  }
  measured = !graphs.empty() && isMeasured == true;
  return graphs;
}

// Puts the fastest first. Where one fails, or there is no memory for a trial, nothing is known of any.
bool ConvPlans::measure(const ConvGraphSpec &spec, Candidates &graphs, size_t most) {
  if (!progress)
    progress.emplace("measuring, once for this GPU:", 0, "convolutions");
  progress->advance();
  graphs.resize(std::min(graphs.size(), most));
  std::vector<double> seconds;
  try {
    seconds = timer->time(spec, graphs);
  } catch (const Error &) {
    return false;
  }
  graphs.resize(seconds.size());
  for (size_t i = 0; i < graphs.size(); ++i)
    graphs[i]->seconds = seconds[i];
  std::stable_sort(graphs.begin(), graphs.end(), [](const auto &a, const auto &b) { return a->seconds < b->seconds; });
  return true;
}

void ConvPlans::save() {
  progress.reset();
  cache.save();
}

// A plan that cannot be written is found again by the next process.
void ConvPlans::keep(const std::string &key, const Candidates &graphs, bool measured) {
  Json plans = Json::array();
  for (const std::shared_ptr<ConvGraph> &graph : graphs)
    if (const std::string text = graph->text(); !text.empty())
      plans.push_back(toJson(*graph, text));
  if (plans.empty())
    return;
  cache.store(key, {{"measured", measured}, {"plans", std::move(plans)}});
  if (const Clock::time_point now = Clock::now(); measured && now - lastSaved > savingInterval) {
    cache.save();
    lastSaved = now;
  }
}

bool ConvPlans::prefersKernel(const ConvGraphSpec &spec, const ConvGraph &fused, const ConvGraph &plain) {
  if (!timer || fused.seconds == 0 || plain.seconds == 0 || plain.seconds >= fused.seconds)
    return false;
  const double epilogue = epilogueSeconds(spec);
  return epilogue > 0 && plain.seconds + epilogue < fused.seconds;
}

double ConvPlans::epilogueSeconds(const ConvGraphSpec &spec) {
  const std::string key = "kernel for the epilogue of " + spec.key();
  if (const Json *record = cache.findRecord(key)) {
    if (const std::optional<double> known = secondsOf(*record))
      return *known;
    cache.tellDamaged(key);
  }
  double seconds = 0;
  try {
    seconds = timer->timeEpilogue(spec);
  } catch (const Error &) {
    return 0;
  }
  cache.store(key, {{"microseconds", 1e6 * seconds}});
  return seconds;
}

} // namespace dpsims::cuda
