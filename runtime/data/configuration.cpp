// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/configuration.h"

#include "runtime/data/section.h"

#include <algorithm>

namespace dpsims {

static void readSize(const JsonValue &size, DataConfiguration &result) {
  if (size.isNull())
    return;
  if (!size.isList() || size.json().size() != 2)
    size.refuse(": ", size.shown(), " is not [height, width]");
  const std::vector<JsonValue> sides = size.elements();
  result.height = sides[0].integer(1, 1 << 14);
  result.width = sides[1].integer(1, 1 << 14);
}

static void readTransformKeys(const DataSection &section, DataConfiguration &result) {
  TransformRules &rules = result.transform;
  if (const JsonValue *orientation = section.find("orientation"))
    result.turnPhotos = orientation->word({"exif", "stored"}) == 0;
  if (const JsonValue *resize = section.find("resize"))
    rules.cover = resize->word({"cover", "exact"}) == 0;
  if (const JsonValue *crop = section.find("crop"))
    rules.randomCrop = crop->word({"random", "center"}) == 0;
  if (const JsonValue *flip = section.find("flip"))
    rules.flip = flip->boolean();
  if (const JsonValue *zoom = section.find("zoom"))
    rules.zoom = zoom->number(1, 8);
}

static void readPictures(const JsonValue &value, ShapesRules &shapes) {
  if (!value.isObject())
    value.refuse(" is not {\"train\": number, ...}");
  for (const auto &[split, count] : value.members()) // the loader has an entry for each
    shapes.pictures[split] = count.integer<int32_t>(1, 1 << 24);
}

static void readShapesKeys(const DataSection &section, ShapesRules &shapes) {
  if (const JsonValue *pictures = section.find("pictures"))
    readPictures(*pictures, shapes);
  if (const JsonValue *seed = section.find("seed"))
    shapes.seed = seed->integer<uint64_t>(0, UINT64_MAX);
}

DataConfiguration DataConfiguration::parse(const std::string &text, const std::string &origin) {
  const JsonValue configuration = JsonValue::parse(text, origin, "configuration", "a JSON object with num_classes");
  if (!configuration.has("num_classes"))
    fail(ErrorCode::InvalidData, origin, ": the configuration has no num_classes");
  DataConfiguration result;
  result.origin = origin;
  result.rules.numClasses = configuration["num_classes"].integer(1, 1 << 16);
  readSize(configuration["image_size"], result);
  result.wantsInstances = configuration["generator"]["instance_edges"].json() == true ||
                          configuration["loss"]["contrastive_segments"].is("instances");
  const DataSection section(configuration);
  result.dataset = section.dataset();
  readLayoutKeys(section, result);
  readLabelKeys(section, result);
  readTransformKeys(section, result);
  readShapesKeys(section, result.shapes);
  if (result.layouts.empty() && result.shapes.pictures.empty())
    fail(ErrorCode::InvalidData, origin, ": the data set ", quoted(result.dataset),
         " does not say where its files are; give it \"images\" and \"labels\", or \"layouts\"");
  return result;
}

std::vector<std::string> DataConfiguration::splitNames() const {
  std::vector<std::string> names = {"train", "val"};
  for (const auto &[split, folder] : splits)
    names.push_back(split);
  for (const auto &[split, file] : lists)
    names.push_back(split);
  for (const auto &[split, count] : shapes.pictures)
    names.push_back(split);
  auto last = names.begin() + 2; // training and validation first, then the others by name
  for (auto name = last; name != names.end(); ++name)
    if (std::find(names.begin(), last, *name) == last)
      *last++ = *name;
  names.erase(last, names.end());
  return names;
}

} // namespace dpsims
