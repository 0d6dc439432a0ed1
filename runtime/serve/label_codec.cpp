// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/serve/label_codec.h"

#include "runtime/serve/http.h"

#include <algorithm>
#include <set>

namespace dpsims::serve {

namespace {

constexpr PictureLimits limits{8192, 8192, int64_t(1) << 22};
constexpr int32_t mostIds = 256; // of an indexed PNG

using Values = DataConfiguration::LabelValues;

// Adds the ids that the rules take to a class or to no label; the least of those that mean the same, and none where
// there is one already.
void addStored(const LabelRules &rules, const std::set<int32_t> &candidates, std::map<int32_t, int32_t> &stored) {
  for (int32_t id : candidates) {
    const auto found = rules.remap.find(id);
    const int32_t to = found == rules.remap.end() ? id : found->second;
    if (id >= 0 && id <= UINT16_MAX && rules.hasMeaning(id))
      stored.emplace(rules.isIgnored(id) ? ignoredId : to, id);
  }
}

std::map<int32_t, int32_t> idsOfColors(const DataConfiguration &configuration) {
  std::set<int32_t> ids;
  if (configuration.labelValues != Values::Ids)
    for (const auto &[color, id] : configuration.colors)
      ids.insert(id);
  std::map<int32_t, int32_t> stored;
  addStored(configuration.rules, ids, stored);
  return stored;
}

// The ids that files have for classes and for what is ignored: those with a color, and, where files may have ids,
// others.
std::map<int32_t, int32_t> storedIds(const DataConfiguration &configuration,
                                     const std::map<int32_t, int32_t> &colored) {
  const LabelRules &rules = configuration.rules;
  std::map<int32_t, int32_t> stored = colored;
  if (configuration.labelValues == Values::Colors && !configuration.colors.empty())
    return stored;
  std::set<int32_t> ids(rules.ignore.begin(), rules.ignore.end());
  for (int32_t id = 0; id < rules.numClasses; ++id)
    ids.insert(id);
  for (const auto &[id, to] : rules.remap)
    ids.insert(id);
  addStored(rules, ids, stored);
  return stored;
}

} // namespace

LabelCodec::LabelCodec(const CompiledModel &model, int height, int width)
    : reader(model), height(height), width(width), colored(idsOfColors(reader.configuration())),
      stored(storedIds(reader.configuration(), colored)) {}

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
      fail(ErrorCode::Incompatible, "the configuration has no ",
           configuration().labelValues == Values::Colors ? "color" : "id", " in files for ",
           id == ignoredId ? "pixels without a label: give each one" : "class " + std::to_string(id));
    id = found->second;
  }
  return result;
}

// A palette would be read as colors: where one of them is missing, there must be none.
bool LabelCodec::wantsPalette(const LabelMap &labels) const {
  if (configuration().labelValues == Values::Grays)
    return false;
  if (configuration().colors.empty() || configuration().labelValues == Values::Ids)
    return true;
  return std::all_of(labels.ids.begin(), labels.ids.end(), [&](int32_t id) { return colored.count(id) != 0; });
}

std::vector<uint8_t> LabelCodec::encode(const LabelMap &labels) const {
  const LabelMap ids = fileIds(labels);
  const int32_t most = *std::max_element(ids.ids.begin(), ids.ids.end());
  if (!wantsPalette(labels) || most >= mostIds)
    return encodeLabelMap(ids, most < mostIds ? 8 : 16);
  std::vector<uint32_t> palette(size_t(most) + 1);
  for (const auto &[value, id] : stored) // for people, if the configuration has no colors
    if (id <= most && value != ignoredId)
      palette[size_t(id)] = configuration().palette[size_t(value)];
  for (const auto &[color, id] : configuration().colors)
    if (id >= 0 && id <= most)
      palette[size_t(id)] = color;
  // Readers could take a palette of grays alone for the ids.
  const bool isGray = std::all_of(palette.begin(), palette.end(), [](uint32_t c) { return c == (c & 255) * 0x10101; });
  return isGray ? encodeLabelMap(ids, 8) : encodeIndexedPng(ids, palette);
}

std::vector<uint8_t> encodeInstances(const LabelMap &instances) {
  LabelMap result = instances;
  std::map<int32_t, int32_t> numbers;
  for (int32_t &id : result.ids)
    id = numbers.emplace(id, int32_t(numbers.size())).first->second;
  if (numbers.size() > size_t(UINT16_MAX) + 1)
    fail(ErrorCode::InvalidData, "the instance map: has ", numbers.size(), " instances; a file holds 65536");
  return encodeLabelMap(result, numbers.size() <= 256 ? 8 : 16);
}

} // namespace dpsims::serve
