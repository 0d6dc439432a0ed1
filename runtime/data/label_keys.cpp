// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/section.h"
#include "runtime/image/canvas.h"

#include <algorithm>
#include <set>

namespace dpsims {

namespace {

int32_t readId(const JsonValue &value) { return value.integer<int32_t>(-1, 1 << 30); }

/// The id that is a key of `object`. `seen`: those before it.
int32_t idKey(const std::string &key, const JsonValue &object, std::set<int32_t> &seen) {
  if (key.empty() || key.size() > 9 || key.find_first_not_of("0123456789") != std::string::npos)
    object.refuse(": ", quoted(key), " is not an id");
  const int32_t id = std::stoi(key);
  if (!seen.insert(id).second)
    object.refuse(": ", quoted(key), " is id ", id, " once more; remove one of the two");
  return id;
}

uint32_t readColor(const JsonValue &value) {
  if (!value.isList() || value.json().size() != 3)
    value.refuse(": ", value.shown(), " is not a color [r, g, b]");
  uint32_t packed = 0;
  for (const JsonValue &channel : value.elements())
    packed = packed << 8 | uint32_t(channel.integer(0, 255));
  return packed;
}

/// An id that a set ignores is a class where the configuration has so many.
void readIgnore(const JsonValue &value, bool own, DataConfiguration &result) {
  if (!value.isList())
    value.refuse(" is not a list of ids");
  for (const JsonValue &item : value.elements()) {
    const int32_t id = readId(item);
    if (own || id >= result.rules.numClasses)
      result.rules.ignore.push_back(id);
  }
}

// Wants data.ignore: later the id would look as if the file had it.
void checkRemap(const JsonValue &value, const LabelRules &rules) {
  auto isIgnored = [&](int32_t id) {
    return std::find(rules.ignore.begin(), rules.ignore.end(), id) != rules.ignore.end();
  };
  for (const auto &[id, to] : rules.remap)
    if ((to < 0 || to >= rules.numClasses) && !isIgnored(to))
      value.refuse(": \"", id, "\": ", to, ": ", to, " is neither one of the classes 0..", rules.numClasses - 1,
                   " nor in data.ignore; add it there, or map to a class");
}

void readRemap(const JsonValue &value, LabelRules &rules) {
  if (value.is("minus_one")) { // ids beyond the classes stay: an error then names what the file has
    for (int32_t i = 0; i <= rules.numClasses; ++i)
      rules.remap[i] = i - 1;
    return;
  }
  if (!value.isObject())
    value.refuse(" is neither \"minus_one\" nor {\"id\": id, ...}");
  std::set<int32_t> seen;
  for (const auto &[id, to] : value.members())
    rules.remap[idKey(id, value, seen)] = readId(to);
  checkRemap(value, rules);
}

/// Wants data.label_values and data.remap.
class PaletteReader {
public:
  PaletteReader(const JsonValue &value, DataConfiguration &result) : value(value), result(result) {
    if (!value.isObject())
      value.refuse(" is not {\"id\": [r, g, b], ...}");
    std::set<int32_t> seen;
    for (const auto &[key, given] : value.members())
      addId(idKey(key, value, seen), given);
    setDrawingColors();
  }

private:
  // A class may have several colors; the first is the one to draw with.
  void addId(int32_t id, const JsonValue &given) {
    const bool several = given.isList() && !given.json().empty() && given.json()[0].is_array();
    const std::vector<JsonValue> list = several ? given.elements() : std::vector<JsonValue>{given};
    for (const JsonValue &item : list)
      addColor(item, id);
    drawing.emplace(id, readColor(list[0]));
  }

  // Where ids are stored, drawings may have a color for two classes.
  void addColor(const JsonValue &color, int32_t id) {
    const auto [entry, fresh] = result.colors.emplace(readColor(color), id);
    if (!fresh && entry->second != id && result.labelValues != DataConfiguration::LabelValues::Ids)
      value.refuse(": ", color.json().dump(), " is the color of both ", entry->second, " and ", id,
                   "; give each a color of its own, or set data.label_values to \"ids\"");
  }

  // Ids of the palette are those of files.
  void setDrawingColors() {
    std::set<int32_t> classes;
    for (const auto &[id, color] : drawing) {
      const auto found = result.rules.remap.find(id);
      const int32_t to = found == result.rules.remap.end() ? id : found->second;
      if (to >= 0 && to < result.rules.numClasses && classes.insert(to).second)
        result.palette[size_t(to)] = color;
    }
  }

  const JsonValue &value;
  DataConfiguration &result;
  std::map<int32_t, uint32_t> drawing; // the first color of each id
};

/// A set's names are those of all its classes, of which the configuration may have fewer.
void readNames(const JsonValue &value, bool own, std::vector<std::string> &names) {
  if (!value.isList() || (own && value.json().size() > names.size()))
    value.refuse(" is not a list of at most ", names.size(), " names",
                 value.isList() ? ": it has " + std::to_string(value.json().size()) : "", "; num_classes is ",
                 names.size());
  const std::vector<JsonValue> given = value.elements();
  for (size_t i = 0; i < std::min(given.size(), names.size()); ++i)
    names[i] = given[i].text();
}

void readThings(const JsonValue &value, bool own, int32_t numClasses, std::vector<int32_t> &things) {
  if (!value.isList())
    value.refuse(" is not a list of classes");
  for (const JsonValue &item : value.elements()) {
    const int32_t id = item.integer<int32_t>(0, own ? numClasses - 1 : INT32_MAX);
    if (id < numClasses)
      things.push_back(id);
  }
}

} // namespace

void readLabelKeys(const DataSection &section, DataConfiguration &result) {
  result.rules.ignore.push_back(ignoredId);
  result.palette = makePalette(result.rules.numClasses);
  for (int i = 0; i < result.rules.numClasses; ++i)
    result.names.push_back(std::to_string(i));
  if (const JsonValue *values = section.find("label_values"))
    result.labelValues = DataConfiguration::LabelValues(values->word({"auto", "ids", "colors", "grays"}));
  if (const JsonValue *ignore = section.find("ignore"))
    readIgnore(*ignore, section.isOwn("ignore"), result);
  if (const JsonValue *remap = section.find("remap"))
    readRemap(*remap, result.rules);
  if (const JsonValue *palette = section.find("palette"))
    PaletteReader(*palette, result);
  if (const JsonValue *names = section.find("names"))
    readNames(*names, section.isOwn("names"), result.names);
  if (const JsonValue *things = section.find("things"))
    readThings(*things, section.isOwn("things"), result.rules.numClasses, result.things);
}

} // namespace dpsims
