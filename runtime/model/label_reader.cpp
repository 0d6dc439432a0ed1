// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/model/label_reader.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <cstring>
#include <nlohmann/json.hpp>

namespace dpsims {

namespace {

using Json = nlohmann::json;

class DataSection {
public:
  explicit DataSection(const CompiledModel &model) : path(model.path) {
    Json config = Json::parse(model.config, nullptr, false);
    if (!config.is_object() || !config.value("num_classes", Json()).is_number_integer())
      fail(path, ": the configuration in the model has no num_classes");
    rules.numClasses = integer(config["num_classes"], "num_classes", 1, 1 << 20);
    Json data = config.value("data", Json::object());
    if (!data.is_object())
      fail(path, ": \"data\" of the configuration is not an object");
    rules.ignore.push_back(ignoredId);
    readIgnore(data.value("ignore", Json::array()));
    readRemap(data.value("remap", Json::object()));
    readPalette(data.value("palette", Json::object()));
  }

  LabelRules rules;
  ColourMap colours;

private:
  int32_t integer(const Json &value, const std::string &what, int32_t low = -1, int32_t high = 1 << 30) const {
    if (!value.is_number_integer() || value < low || value > high)
      fail(path, ": ", what, " of the configuration: ", value.dump(), " is no integer from ", low, " to ", high);
    return value.get<int32_t>();
  }

  int32_t id(const std::string &key, const std::string &what) const {
    if (key.empty() || key.size() > 9 || key.find_first_not_of("0123456789") != std::string::npos)
      fail(path, ": ", what, " of the configuration: ", quoted(key), " is no id");
    return std::stoi(key);
  }

  void readIgnore(const Json &ignore) {
    if (!ignore.is_array())
      fail(path, ": data.ignore of the configuration is no list of ids");
    for (const Json &value : ignore)
      rules.ignore.push_back(integer(value, "data.ignore"));
  }

  void readRemap(const Json &remap) {
    if (remap == "minus_one") { // ids beyond the classes stay: an error then names what the file has
      for (int32_t i = 0; i <= rules.numClasses; ++i)
        rules.remap[i] = i - 1;
      return;
    }
    if (!remap.is_object())
      fail(path, ": data.remap of the configuration is neither \"minus_one\" nor {\"id\": id, ...}");
    for (const auto &[key, value] : remap.items())
      rules.remap[id(key, "data.remap")] = integer(value, "data.remap");
  }

  void readPalette(const Json &palette) {
    if (!palette.is_object())
      fail(path, ": data.palette of the configuration is not {\"id\": [r, g, b], ...}");
    for (const auto &[key, colour] : palette.items()) {
      if (!colour.is_array() || colour.size() != 3)
        fail(path, ": data.palette of the configuration: ", colour.dump(), " is no colour [r, g, b]");
      uint32_t packed = 0;
      for (const Json &channel : colour)
        packed = packed << 8 | static_cast<uint32_t>(integer(channel, "data.palette", 0, 255));
      colours.emplace(packed, id(key, "data.palette"));
    }
  }

  const std::string &path;
};

// Does the PNG store colours directly? Anything that is no PNG is left to the decoder.
bool isColourPng(const std::string &path) {
  uint8_t header[26] = {};
  InputFile file(path);
  return file.readSome(0, header, sizeof(header)) == sizeof(header) && std::memcmp(header + 1, "PNG", 3) == 0 &&
         header[25] == 2;
}

} // namespace

LabelReader::LabelReader(const CompiledModel &model) {
  DataSection section(model);
  rules = std::move(section.rules);
  colours = std::move(section.colours);
}

LabelMap LabelReader::labels(const std::string &path, int height, int width) const {
  bool byColour = !colours.empty() && isColourPng(path);
  LabelMap map = readLabelMap(path, byColour ? &colours : nullptr);
  if (byColour) // a palette speaks of the model's ids
    checkIds(map, path, rules.numClasses, rules.ignore);
  else
    applyRules(map, path, rules);
  return resizeNearest(map, height, width);
}

LabelMap LabelReader::instances(const std::string &path, int height, int width) const {
  return resizeNearest(readLabelMap(path), height, width);
}

} // namespace dpsims
