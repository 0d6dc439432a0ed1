// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/configuration.h"

#include "runtime/base/error.h"
#include "runtime/image/canvas.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

namespace dpsims {

namespace {

using Json = nlohmann::json;

// The data sets that are known by name, in the keys of docs/data.md. What a configuration says itself takes the place
// of what stands here.
const char knownSets[] = R"json({
  "ade20k": {
    "layouts": [{"images": "images/{split}/*", "labels": "annotations/{split}/*"}],
    "splits": {"train": "training", "val": "validation"},
    "remap": "minus_one", "ignore": [255]
  },
  "coco_stuff": {
    "layouts": [
      {"images": "{split}_img/*", "labels": "{split}_label/*", "instances": "{split}_inst/*"},
      {"images": "images/{split}2017/*", "labels": "annotations/{split}2017/*", "instances": "instances/{split}2017/*"}
    ],
    "ignore": [255]
  },
  "cityscapes": {
    "layouts": [{
      "images": "leftImg8bit/{split}/*/*_leftImg8bit.png",
      "labels": "gtFine/{split}/*/*_gtFine_labelIds.png",
      "instances": "gtFine/{split}/*/*_gtFine_instanceIds.png"
    }],
    "ignore": [255]
  },
  "camvid": {
    "layouts": [
      {"images": "{split}/img/*", "labels": "{split}/label/*"},
      {"images": "{split}/*", "labels": "{split}annot/*"}
    ],
    "splits": {"train": "train", "val": "val", "test": "test"},
    "ignore": [11]
  },
  "folders": {
    "layouts": [
      {"images": "{split}/images/*", "labels": "{split}/labels/*", "instances": "{split}/instances/*"},
      {"images": "images/{split}/*", "labels": "labels/{split}/*", "instances": "instances/{split}/*"},
      {"images": "images/*", "labels": "labels/*", "instances": "instances/*"}
    ],
    "ignore": [255]
  },
  "shapes": {
    "pictures": {"train": 8192, "val": 512}
  }
})json";

/// Is the id, after the remap, a class, or ignored?
bool isClassOrIgnored(const LabelRules &rules, int32_t id) {
  return (id >= 0 && id < rules.numClasses) ||
         std::find(rules.ignore.begin(), rules.ignore.end(), id) != rules.ignore.end();
}

/// Do the patterns of maps and of their images go together?
bool fits(const std::string &path, const std::string &images) {
  auto stars = [](const std::string &pattern) { return std::count(pattern.begin(), pattern.end(), '*'); };
  auto split = [](const std::string &pattern) { return pattern.find("{split}") != std::string::npos; };
  return stars(path) == stars(images) && split(path) == split(images);
}

/// Reads the section. Every message names the file and the key.
class Reader {
public:
  Reader(DataConfiguration &result, const Json &configuration) : result(result) {
    if (!configuration.is_object() || !configuration.contains("num_classes"))
      fail(result.origin, ": the configuration has no num_classes");
    result.rules.numClasses = integer(configuration["num_classes"], "num_classes", 1, 1 << 16);
    readSize(configuration.value("image_size", Json()));
    readInstanceUse(configuration);
    readSection(section(configuration.value("data", Json::object())));
  }

private:
  /// The data set's own keys under those of the configuration.
  Json section(const Json &given) {
    if (!given.is_object())
      fail(result.origin, ": \"data\" of the configuration is not an object");
    const Json name = given.value("dataset", Json("folders"));
    const Json known = Json::parse(knownSets);
    result.dataset = text(name, "data.dataset");
    std::replace(result.dataset.begin(), result.dataset.end(), '-', '_');
    if (!known.contains(result.dataset))
      fail(result.origin, ": data.dataset: ", quoted(result.dataset), " is no data set that is known by name (",
           keysOf(known), "); for your own write \"folders\", with data.images and data.labels");
    Json merged = known[result.dataset];
    keepClasses(merged);
    if (given.contains("images") || given.contains("labels"))
      merged.erase("layouts");
    merged.update(given);
    return merged;
  }

  /// An id that a set ignores is a class where the configuration has so many.
  void keepClasses(Json &known) {
    Json ignored = Json::array();
    for (const Json &id : known.value("ignore", Json::array()))
      if (id >= result.rules.numClasses)
        ignored.push_back(id);
    known["ignore"] = ignored;
  }

  void readSection(const Json &data) {
    using Method = void (Reader::*)(const Json &);
    static const std::map<std::string, Method> methods = {
        {"dataset", nullptr},
        {"layouts", &Reader::readLayouts},
        {"images", nullptr},
        {"labels", nullptr},
        {"instances", nullptr},
        {"splits", &Reader::readSplits},
        {"holdout", &Reader::readHoldout},
        {"label_values", &Reader::readLabelValues},
        {"ignore", &Reader::readIgnore},
        {"remap", &Reader::readRemap},
        {"palette", &Reader::readPalette},
        {"names", &Reader::readNames},
        {"resize", &Reader::readResize},
        {"crop", &Reader::readCrop},
        {"flip", &Reader::readFlip},
        {"zoom", &Reader::readZoom},
        {"pictures", &Reader::readPictures},
        {"seed", &Reader::readSeed},
    };
    result.rules.ignore.push_back(ignoredId);
    result.palette = makePalette(result.rules.numClasses);
    for (int i = 0; i < result.rules.numClasses; ++i)
      result.names.push_back(std::to_string(i));
    for (const auto &[key, value] : data.items()) {
      auto method = methods.find(key);
      if (method == methods.end())
        fail(result.origin, ": data.", key, ": unknown key; known are: ", keysOf(methods));
      if (method->second)
        (this->*method->second)(value);
    }
    readOwnLayout(data);
    checkRemap();
    checkColours();
    setDrawingColours();
  }

  template <typename Map> static std::string keysOf(const Map &map) {
    std::string keys;
    for (auto entry = map.begin(); entry != map.end(); ++entry)
      keys += (keys.empty() ? "" : ", ") + keyOf(entry);
    return keys;
  }
  static std::string keyOf(const Json::const_iterator &entry) { return entry.key(); }
  template <typename Iterator> static std::string keyOf(const Iterator &entry) { return entry->first; }

  template <typename Integer> Integer integer(const Json &value, const std::string &key, Integer low, Integer high) {
    // The comparisons of JSON numbers are signed if one side is: 2^64 - 1 would be -1.
    const bool large = value.is_number_unsigned() && value.get<uint64_t>() > uint64_t(high);
    if (!value.is_number_integer() || large || value < low || value > high)
      fail(result.origin, ": ", key, " of the configuration: ", quoted(value.dump()), " is no integer from ", low,
           " to ", high);
    return value.get<Integer>();
  }

  int32_t idValue(const Json &value, const std::string &key) { return integer<int32_t>(value, key, -1, 1 << 30); }

  /// The id that is a key. `seen`: those before it.
  int32_t idKey(const std::string &key, const std::string &where, std::set<int32_t> &seen) {
    if (key.empty() || key.size() > 9 || key.find_first_not_of("0123456789") != std::string::npos)
      fail(result.origin, ": ", where, " of the configuration: ", quoted(key), " is no id");
    const int32_t id = std::stoi(key);
    if (!seen.insert(id).second)
      fail(result.origin, ": ", where, " of the configuration: ", quoted(key), " is id ", id,
           " once more; remove one of the two");
    return id;
  }

  std::string text(const Json &value, const std::string &key) {
    if (!value.is_string())
      fail(result.origin, ": ", key, " of the configuration: ", quoted(value.dump()), " is no text");
    return value.get<std::string>();
  }

  /// One of several words; its number.
  size_t word(const Json &value, const std::string &key, const std::vector<const char *> &words) {
    std::string all;
    for (size_t i = 0; i < words.size(); ++i) {
      if (value == words[i])
        return i;
      all += std::string(i ? ", " : "") + "\"" + words[i] + "\"";
    }
    fail(result.origin, ": ", key, " of the configuration: ", quoted(value.dump()), " is none of ", all);
  }

  void readSize(const Json &size) {
    if (size.is_null())
      return;
    if (!size.is_array() || size.size() != 2)
      fail(result.origin, ": image_size of the configuration: ", quoted(size.dump()), " is not [height, width]");
    result.height = integer(size[0], "image_size", 1, 1 << 14);
    result.width = integer(size[1], "image_size", 1, 1 << 14);
  }

  void readInstanceUse(const Json &configuration) {
    auto setting = [&](const char *section, const char *key) {
      const Json keys = configuration.value(section, Json());
      return keys.is_object() ? keys.value(key, Json()) : Json();
    };
    result.wantsInstances =
        setting("generator", "instance_edges") == true || setting("loss", "contrastive_segments") == "instances";
  }

  std::string pattern(const Json &value, const std::string &key) {
    const std::string path = text(value, key);
    if (path.find('*') == std::string::npos)
      fail(result.origin, ": ", key, " of the configuration: ", quoted(path),
           " has no \"*\" for the names of the files, as in \"images/*\"");
    for (size_t begin = 0, end; begin < path.size(); begin = end + 1) {
      end = std::min(path.find('/', begin), path.size());
      if (std::count(path.begin() + long(begin), path.begin() + long(end), '*') > 1)
        fail(result.origin, ": ", key, " of the configuration: ", quoted(path), " has two \"*\" in one name");
    }
    return path;
  }

  Layout layout(const Json &value, const std::string &where) {
    if (!value.is_object() || !value.contains("images") || !value.contains("labels"))
      fail(result.origin, ": ", where, " of the configuration must have \"images\" and \"labels\"");
    Layout layout{pattern(value["images"], where + ".images"), pattern(value["labels"], where + ".labels"), ""};
    const Json instances = value.value("instances", Json());
    if (!instances.is_null())
      layout.instances = pattern(instances, where + ".instances");
    for (const std::string *path : {&layout.labels, &layout.instances})
      if (!path->empty() && !fits(*path, layout.images))
        fail(result.origin, ": ", where, " of the configuration: ", quoted(layout.images), " and ", quoted(*path),
             " must both have \"{split}\" or not, and as many \"*\"");
    return layout;
  }

  void readLayouts(const Json &value) {
    if (!value.is_array() || value.empty())
      fail(result.origin, ": data.layouts of the configuration is no list of {\"images\": ..., \"labels\": ...}");
    for (const Json &item : value)
      result.layouts.push_back(layout(item, "data.layouts"));
  }

  // data.images, data.labels and data.instances: a layout without the list.
  void readOwnLayout(const Json &data) {
    if (data.contains("images") || data.contains("labels"))
      result.layouts = {layout(data, "data")};
    else if (data.contains("instances"))
      readInstances(data["instances"]);
  }

  // data.instances alone: for those of the layouts that it fits.
  void readInstances(const Json &value) {
    const std::string path = value.is_null() ? "" : pattern(value, "data.instances");
    std::vector<Layout> fitting;
    std::string images;
    for (const Layout &known : result.layouts) {
      images += (images.empty() ? "" : ", ") + quoted(known.images);
      if (path.empty() || fits(path, known.images))
        fitting.push_back({known.images, known.labels, path});
    }
    if (fitting.empty() && !result.layouts.empty())
      fail(result.origin, ": data.instances of the configuration: ", quoted(path),
           " goes with no images of the data set ", quoted(result.dataset), ", ", images,
           ": both must have \"{split}\" or not, and as many \"*\"; change it, or add data.images and data.labels");
    result.layouts = fitting;
  }

  void readSplits(const Json &value) {
    if (!value.is_object())
      fail(result.origin, ": data.splits of the configuration is not {\"train\": \"folder\", ...}");
    for (const auto &[split, folder] : value.items())
      result.splits[split] = text(folder, "data.splits");
  }

  void readHoldout(const Json &value) { result.holdout = integer<int32_t>(value, "data.holdout", 2, 1 << 30); }

  void readLabelValues(const Json &value) {
    result.labelValues =
        DataConfiguration::LabelValues(word(value, "data.label_values", {"auto", "ids", "colours", "greys"}));
  }

  void readIgnore(const Json &value) {
    if (!value.is_array())
      fail(result.origin, ": data.ignore of the configuration is no list of ids");
    for (const Json &id : value)
      result.rules.ignore.push_back(idValue(id, "data.ignore"));
  }

  void readRemap(const Json &value) {
    if (value == "minus_one") { // ids beyond the classes stay: an error then names what the file has
      for (int32_t i = 0; i <= result.rules.numClasses; ++i)
        result.rules.remap[i] = i - 1;
      return;
    }
    if (!value.is_object())
      fail(result.origin, ": data.remap of the configuration is neither \"minus_one\" nor {\"id\": id, ...}");
    std::set<int32_t> seen;
    for (const auto &[id, to] : value.items())
      result.rules.remap[idKey(id, "data.remap", seen)] = idValue(to, "data.remap");
  }

  // When data.ignore is known. Later the id would look as if the file had it.
  void checkRemap() {
    for (const auto &[id, to] : result.rules.remap)
      if (!isClassOrIgnored(result.rules, to))
        fail(result.origin, ": data.remap of the configuration: \"", id, "\": ", to, ": ", to,
             " is neither one of the classes 0..", result.rules.numClasses - 1,
             " nor in data.ignore; add it there, or map to a class");
  }

  uint32_t colour(const Json &value) {
    if (!value.is_array() || value.size() != 3)
      fail(result.origin, ": data.palette of the configuration: ", quoted(value.dump()), " is no colour [r, g, b]");
    uint32_t packed = 0;
    for (const Json &channel : value)
      packed = packed << 8 | uint32_t(integer(channel, "data.palette", 0, 255));
    return packed;
  }

  // A class may have several colours; the first is the one to draw with.
  void readPalette(const Json &value) {
    if (!value.is_object())
      fail(result.origin, ": data.palette of the configuration is not {\"id\": [r, g, b], ...}");
    std::set<int32_t> seen;
    for (const auto &[key, given] : value.items()) {
      const int32_t id = idKey(key, "data.palette", seen);
      const bool several = given.is_array() && !given.empty() && given[0].is_array();
      const Json list = several ? given : Json::array({given});
      for (const Json &item : list)
        addColour(item, id);
      drawing.emplace(id, colour(list[0]));
    }
  }

  // When data.remap is known: ids of the palette are those of files.
  void setDrawingColours() {
    std::set<int32_t> classes;
    for (const auto &[id, colour] : drawing) {
      const auto found = result.rules.remap.find(id);
      const int32_t to = found == result.rules.remap.end() ? id : found->second;
      if (to >= 0 && to < result.rules.numClasses && classes.insert(to).second)
        result.palette[size_t(to)] = colour;
    }
  }

  void addColour(const Json &value, int32_t id) {
    const auto [entry, fresh] = result.colours.emplace(colour(value), id);
    if (!fresh && entry->second != id)
      twice = {value.dump(), entry->second, id};
  }

  // When data.label_values is known: drawings may have a colour for two classes.
  void checkColours() {
    if (!twice.colour.empty() && result.labelValues != DataConfiguration::LabelValues::Ids)
      fail(result.origin, ": data.palette of the configuration: ", twice.colour, " is the colour of both ", twice.first,
           " and ", twice.second, "; give each a colour of its own, or set data.label_values to \"ids\"");
  }

  void readNames(const Json &value) {
    if (!value.is_array() || value.size() > result.names.size())
      fail(result.origin, ": data.names of the configuration is no list of at most ", result.names.size(), " names");
    for (size_t i = 0; i < value.size(); ++i)
      result.names[i] = text(value[i], "data.names");
  }

  void readResize(const Json &value) { result.transform.cover = word(value, "data.resize", {"cover", "exact"}) == 0; }
  void readCrop(const Json &value) {
    result.transform.randomCrop = word(value, "data.crop", {"random", "centre"}) == 0;
  }

  void readFlip(const Json &value) {
    if (!value.is_boolean())
      fail(result.origin, ": data.flip of the configuration: ", quoted(value.dump()), " is neither true nor false");
    result.transform.flip = value.get<bool>();
  }

  void readZoom(const Json &value) {
    result.transform.zoom = value.is_number() ? value.get<double>() : 0;
    if (!(result.transform.zoom >= 1 && result.transform.zoom <= 8))
      fail(result.origin, ": data.zoom of the configuration: ", quoted(value.dump()), " is no number from 1 to 8");
  }

  void readPictures(const Json &value) {
    if (!value.is_object())
      fail(result.origin, ": data.pictures of the configuration is not {\"train\": number, ...}");
    for (const auto &[split, count] : value.items()) // the loader has an entry for each
      result.shapes.pictures[split] = integer<int32_t>(count, "data.pictures", 1, 1 << 24);
  }

  void readSeed(const Json &value) { result.shapes.seed = integer<uint64_t>(value, "data.seed", 0, UINT64_MAX); }

  /// A colour of two ids of the palette.
  struct Twice {
    std::string colour;
    int32_t first = 0, second = 0;
  };

  DataConfiguration &result;
  Twice twice;
  std::map<int32_t, uint32_t> drawing; // the first colour of each id of the palette
};

/// Where in a JSON text the parser is.
class Place {
public:
  explicit Place(const std::string &origin) : origin(origin) {}

  bool follow(int depth, Json::parse_event_t event, const Json &value) {
    if (depth > 100) // copies and messages recurse
      fail(origin, ": the configuration has more than 100 brackets within one another");
    if (event == Json::parse_event_t::object_end || event == Json::parse_event_t::key)
      keys.resize(size_t(depth)); // of those around; a list has none
    if (event == Json::parse_event_t::key)
      keys.back() = value.get<std::string>();
    return true;
  }

  /// "data.zoom of the configuration"
  std::string text() const {
    std::string path;
    for (const std::string &key : keys)
      path += (path.empty() || key.empty() ? "" : ".") + key;
    return path.empty() ? "the configuration" : path + " of the configuration";
  }

private:
  const std::string &origin;
  std::vector<std::string> keys;
};

} // namespace

DataConfiguration DataConfiguration::parse(const std::string &text, const std::string &origin) {
  DataConfiguration result;
  result.origin = origin;
  Place place(origin);
  auto follow = [&](int depth, Json::parse_event_t event, Json &value) { return place.follow(depth, event, value); };
  try {
    Reader(result, Json::parse(text, follow));
  } catch (const Json::parse_error &error) {
    fail(origin, ": the configuration is no JSON object with num_classes: it is wrong at byte ", error.byte);
  } catch (const Json::out_of_range &error) {
    const std::string what = error.what(); // "... parsing '1e999'"
    const size_t begin = what.find('\'') + 1;
    fail(origin, ": ", place.text(), ": ", quoted(what.substr(begin, what.rfind('\'') - begin)),
         " is too large a number; write a smaller one");
  } catch (const Json::exception &error) {
    fail(origin, ": ", place.text(), " cannot be read: ", error.what());
  }
  return result;
}

std::vector<std::string> DataConfiguration::splitNames() const {
  std::vector<std::string> names = {"train", "val"};
  for (const auto &[split, folder] : splits)
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
