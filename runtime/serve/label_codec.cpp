// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/serve/label_codec.h"

#include "runtime/serve/http.h"

#include <algorithm>
#include <set>

namespace dpsims::serve {

namespace {

constexpr PictureLimits limits{8192, 8192, int64_t(1) << 22};
constexpr int32_t mostIds = 256; // of an indexed PNG

// The ids that files have for classes and for what is ignored: the least of those that the rules take to each.
std::map<int32_t, int32_t> storedIds(const DataConfiguration &configuration) {
  const LabelRules &rules = configuration.rules;
  std::set<int32_t> candidates;
  if (configuration.colors.empty() || configuration.labelValues == DataConfiguration::LabelValues::Ids) {
    for (int32_t id = 0; id < rules.numClasses; ++id)
      candidates.insert(id);
    for (const auto &[id, to] : rules.remap)
      candidates.insert(id);
    candidates.insert(rules.ignore.begin(), rules.ignore.end());
  } else {
    for (const auto &[color, id] : configuration.colors)
      candidates.insert(id);
  }
  std::map<int32_t, int32_t> stored;
  for (int32_t id : candidates) {
    const auto found = rules.remap.find(id);
    const int32_t to = found == rules.remap.end() ? id : found->second;
    if (id >= 0 && id <= UINT16_MAX && rules.hasMeaning(id))
      stored.emplace(rules.isIgnored(id) ? ignoredId : to, id);
  }
  return stored;
}

} // namespace

LabelCodec::LabelCodec(const CompiledModel &model, int height, int width)
    : reader(model), height(height), width(width), stored(storedIds(reader.configuration())) {}

LabelMaps LabelCodec::decode(const std::string &contentType, const std::string &body) const {
  const std::string type = contentType.substr(0, contentType.find(';'));
  LabelMaps maps;
  if (type == "image/png") {
    const PictureFile file(reinterpret_cast<const uint8_t *>(body.data()), body.size(), "the label map");
    maps.labels = reader.labels(file, height, width, limits).map;
    return maps;
  }
  if (type != "application/json")
    throw HttpError(415, "unsupported_type",
                    "Content-Type " + quoted(type) + ": a label map is image/png or application/json");
  maps = parseRuns(body, configuration().rules.numClasses, limits);
  maps.labels = reader.fit(maps.labels, height, width, "the label map").map;
  if (maps.instances)
    maps.instances = reader.fit(*maps.instances, height, width, "the instance map").map;
  return maps;
}

LabelMap LabelCodec::fileIds(const LabelMap &labels) const {
  LabelMap result = labels;
  for (int32_t &id : result.ids) {
    const auto found = stored.find(id);
    if (found == stored.end())
      fail(ErrorCode::Incompatible, "the configuration has no ", configuration().colors.empty() ? "id" : "color",
           " in files for ", id == ignoredId ? "pixels without a label: give each one" : "class " + std::to_string(id));
    id = found->second;
  }
  return result;
}

std::vector<uint8_t> LabelCodec::encode(const LabelMap &labels) const {
  using Values = DataConfiguration::LabelValues;
  const LabelMap ids = fileIds(labels);
  const int32_t most = *std::max_element(ids.ids.begin(), ids.ids.end());
  if (configuration().labelValues == Values::Grays || most >= mostIds)
    return encodeLabelMap(ids, most < mostIds ? 8 : 16);
  std::vector<uint32_t> palette(size_t(most) + 1);
  for (const auto &[value, id] : stored) // for people, if the configuration has no colors
    if (id <= most && value != ignoredId)
      palette[size_t(id)] = configuration().palette[size_t(value)];
  for (const auto &[color, id] : configuration().colors)
    if (id >= 0 && id <= most)
      palette[size_t(id)] = color;
  return encodeIndexedPng(ids, palette);
}

} // namespace dpsims::serve
