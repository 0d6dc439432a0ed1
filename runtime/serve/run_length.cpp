// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/serve/run_length.h"

#include "runtime/data/json_value.h"

#include <algorithm>
#include <limits>

namespace dpsims::serve {

namespace {

constexpr char body[] = "the request";

/// A number of a list of runs.
int64_t numberAt(const nlohmann::json &runs, size_t i, const char *key) {
  const nlohmann::json &value = runs[i];
  if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<uint64_t>() > uint64_t(INT32_MAX)))
    fail(ErrorCode::InvalidData, body, ": ", key, "[", i, "]: ", quoted(value.dump()), " is not a whole number");
  return value.get<int64_t>();
}

/// Ids from `lowest` up to and without `end`.
LabelMap readRuns(const JsonValue &value, const char *key, int width, int height, int64_t lowest, int64_t end) {
  const nlohmann::json &runs = value.json();
  if (!runs.is_array() || runs.size() % 2 != 0)
    fail(ErrorCode::InvalidData, body, ": ", key, ": must be a list of ids and counts in turns, [0, 40, 3, 24]");
  const size_t pixels = size_t(width) * size_t(height);
  LabelMap map{width, height, {}};
  map.ids.reserve(pixels);
  for (size_t i = 0; i < runs.size(); i += 2) {
    const int64_t id = numberAt(runs, i, key), count = numberAt(runs, i + 1, key);
    if (id < lowest || id >= end)
      fail(ErrorCode::InvalidData, body, ": ", key, "[", i, "]: id ", id, " is not in ", lowest, "..", end - 1);
    if (count < 1 || size_t(count) > pixels - map.ids.size())
      fail(ErrorCode::InvalidData, body, ": ", key, "[", i + 1, "]: ", count, " pixels of ", width, " x ", height,
           ", where ", pixels - map.ids.size(), " are left");
    map.ids.insert(map.ids.end(), size_t(count), int32_t(id));
  }
  if (map.ids.size() != pixels)
    fail(ErrorCode::InvalidData, body, ": ", key, ": has ", map.ids.size(), " pixels of ", pixels);
  return map;
}

} // namespace

LabelMaps parseRuns(const std::string &json, int numClasses, const PictureLimits &limits) {
  const JsonValue map = JsonValue::parse(json, body, "label map", "a JSON object with width, height and runs");
  if (!map.isObject())
    fail(ErrorCode::InvalidData, body, ": the label map is not a JSON object with width, height and runs");
  for (const auto &[key, value] : map.members())
    if (key != "width" && key != "height" && key != "runs" && key != "instances")
      fail(ErrorCode::InvalidData, body, ": unknown key ", quoted(key),
           "; there are width, height, runs and instances");
  const int width = int(map["width"].integer<int64_t>(1, limits.width));
  const int height = int(map["height"].integer<int64_t>(1, limits.height));
  if (int64_t(width) * height > limits.pixels)
    fail(ErrorCode::InvalidData, body, ": a map of ", width, " x ", height, " has more than ", limits.pixels,
         " pixels; make it smaller");
  LabelMaps maps;
  maps.labels = readRuns(map["runs"], "runs", width, height, ignoredId, numClasses);
  if (map.has("instances"))
    maps.instances = readRuns(map["instances"], "instances", width, height, 0, std::numeric_limits<int32_t>::max());
  return maps;
}

std::string formatRuns(const LabelMap &labels) {
  std::string text =
      "{\"width\":" + std::to_string(labels.width) + ",\"height\":" + std::to_string(labels.height) + ",\"runs\":[";
  for (auto begin = labels.ids.begin(), end = begin; begin != labels.ids.end(); begin = end) {
    end = std::find_if(begin, labels.ids.end(), [&](int32_t id) { return id != *begin; });
    if (begin != labels.ids.begin())
      text += ',';
    text += std::to_string(*begin) + ',' + std::to_string(end - begin);
  }
  return text + "]}";
}

} // namespace dpsims::serve
