// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/label_maps.h"

#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/image/color.h"
#include "runtime/image/orientation.h"
#include "runtime/image/png_storage.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace dpsims {

namespace {

using Kind = PngStorage::Kind;
using Values = DataConfiguration::LabelValues;
using Palette = std::vector<uint32_t>;

bool isGray(uint32_t color) { return color == grayColor(color & 255); }

bool isAllGray(const Palette &palette) { return std::all_of(palette.begin(), palette.end(), isGray); }

bool isBlackAndWhite(const Palette &palette) {
  return std::all_of(palette.begin(), palette.end(), [](uint32_t c) { return c == 0 || c == 0xffffff; });
}

//===-------------------------------------------------------------------------------------------------------------===//
// Looking at a folder
//===-------------------------------------------------------------------------------------------------------------===//

/// Gathers what the files say.
class Look {
public:
  explicit Look(const DataConfiguration &configuration, const PictureLimits &limits = {})
      : configuration(configuration), limits(limits) {}

  void add(const PictureFile &file) {
    const std::string &path = file.name();
    const std::optional<PngStorage> storage = readPngStorage(file);
    if (!storage)
      return;
    const ColorMap &known = configuration.colors;
    if (storage->kind == Kind::Indices) {
      if (!known.empty() && !followsIds(storage->palette) && isOfData(storage->palette, file))
        setOnce(folder.colors, path);
      else
        palettes.emplace(storage->palette, path);
    } else if (storage->kind == Kind::Colors) {
      if (!known.empty())
        setOnce(folder.colors, path);
      folder.shows = true;
    } else if (storage->kind == Kind::Grays && storage->depth >= 8) {
      setOnce(folder.wideGrays, path);
    }
  }

  LabelFolder result() {
    if (!folder.colors.empty() || palettes.empty())
      return folder;
    const bool agree = index();
    if (std::all_of(palettes.begin(), palettes.end(), [](const auto &p) { return isAllGray(p.first); })) {
      folder.shownGrays = !agree || allMean();
      folder.shows |= folder.shownGrays;
    } else if (!agree) {
      fail(ErrorCode::InvalidData, first, " and ", second, " have different palettes: index ", place, " is ",
           colorText(color), " in one and ", colorText(other),
           " in the other, so indices are not ids; give the colors in data.palette, or set "
           "data.label_values to \"ids\" if they are ids in spite of that");
    }
    return folder;
  }

private:
  static void setOnce(std::string &where, const std::string &path) { where = where.empty() ? path : where; }

  /// Does each id of data.palette have its color at that index? Then both readings are one.
  bool followsIds(const Palette &palette) const {
    return std::all_of(configuration.colors.begin(), configuration.colors.end(), [&](const auto &entry) {
      return size_t(entry.second) >= palette.size() || palette[size_t(entry.second)] == entry.first;
    });
  }

  /// Are the colors that the picture uses all in data.palette? Only where some are and some are not it is decoded.
  bool isOfData(const Palette &palette, const PictureFile &file) const {
    auto isKnown = [&](uint32_t c) { return configuration.colors.count(c) != 0; };
    const auto count = std::count_if(palette.begin(), palette.end(), isKnown);
    if (count == 0 || size_t(count) == palette.size())
      return count != 0;
    try {
      const LabelMap map = readLabelMap(file, nullptr, limits);
      const std::set<int32_t> used(map.ids.begin(), map.ids.end());
      return std::all_of(used.begin(), used.end(),
                         [&](int32_t id) { return size_t(id) < palette.size() && isKnown(palette[size_t(id)]); });
    } catch (const Error &) { // told when it is read
      return false;
    }
  }

  /// Does each index have one color in all palettes? Else says which has two.
  bool index() {
    std::map<size_t, std::pair<uint32_t, std::string>> colors;
    for (const auto &[palette, path] : palettes)
      for (size_t i = 0; i < palette.size(); ++i) {
        const auto &[known, owner] = colors.emplace(i, std::make_pair(palette[i], path)).first->second;
        if (known == palette[i])
          continue;
        first = owner, second = path, place = i, color = known, other = palette[i];
        return false;
      }
    return true;
  }

  /// Would every gray be an id? Black and white alone tell nothing.
  bool allMean() const {
    bool onlyTwo = true;
    for (const auto &[palette, path] : palettes) {
      onlyTwo &= isBlackAndWhite(palette);
      for (uint32_t c : palette)
        if (!configuration.rules.hasMeaning(int32_t(c & 255)))
          return false;
    }
    return !onlyTwo;
  }

  const DataConfiguration &configuration;
  const PictureLimits limits;
  LabelFolder folder;
  std::map<Palette, std::string> palettes; // each with a file that has it
  std::string first, second;
  size_t place = 0;
  uint32_t color = 0, other = 0;
};

//===-------------------------------------------------------------------------------------------------------------===//
// Reading
//===-------------------------------------------------------------------------------------------------------------===//

LabelReading choose(const DataConfiguration &configuration, const LabelFolder &folder,
                    const std::optional<PngStorage> &storage) {
  if (configuration.labelValues != Values::Auto)
    return configuration.labelValues == Values::Ids      ? LabelReading::Ids
           : configuration.labelValues == Values::Colors ? LabelReading::Colors
                                                         : LabelReading::Grays;
  if (!folder.colors.empty())
    return LabelReading::Colors;
  if (!storage) // its decoder says what is wrong
    return LabelReading::Ids;
  if (storage->kind == Kind::Colors)
    return LabelReading::Grays;
  return storage->kind == Kind::Indices && folder.shownGrays ? LabelReading::Grays : LabelReading::Ids;
}

/// The grays that a picture of few values shows; empty if it has many, or none of its own.
std::vector<int32_t> shownGrays(const PngStorage &storage) {
  std::vector<int32_t> grays;
  if (storage.kind == Kind::Indices && isBlackAndWhite(storage.palette))
    for (uint32_t c : storage.palette)
      grays.push_back(int32_t(c & 255));
  if (storage.kind == Kind::Grays && storage.depth < 8)
    for (int i = 0; i < 1 << storage.depth; ++i)
      grays.push_back(i * 255 / ((1 << storage.depth) - 1));
  return grays;
}

/// Stored ids as they are, or as the grays of `shown`, if only those are ids.
LabelReading settle(const DataConfiguration &configuration, const LabelFolder &folder, const std::string &path,
                    const std::vector<int32_t> &shown, LabelMap &map) {
  const LabelRules &rules = configuration.rules;
  const std::set<int32_t> used(map.ids.begin(), map.ids.end());
  bool storedMean = true, shownMean = true, same = true;
  int32_t differing = 0;
  for (int32_t id : used) {
    if (size_t(id) >= shown.size())
      return LabelReading::Ids;
    storedMean &= rules.hasMeaning(id);
    shownMean &= rules.hasMeaning(shown[size_t(id)]);
    if (id != shown[size_t(id)])
      same = false, differing = id;
  }
  if (same || !shownMean)
    return LabelReading::Ids;
  if (!storedMean || folder.shows) {
    for (int32_t &id : map.ids)
      id = shown[size_t(id)];
    return LabelReading::Grays;
  }
  if (!folder.wideGrays.empty())
    fail(ErrorCode::InvalidData, path, ": stores ", differing, " and shows the gray ", shown[size_t(differing)],
         ", and either can be the id, "
         "as ",
         folder.wideGrays,
         " stores grays as they are: set data.label_values to \"ids\" (what is stored) or "
         "\"grays\" (what is shown)");
  std::call_once(*folder.told, [&] {
    note(path, ": stores ", differing, " and shows the gray ", shown[size_t(differing)],
         "; the id is taken to be what is stored, here and in maps like it: set data.label_values to \"ids\" or "
         "\"grays\" to decide");
  });
  return LabelReading::Ids;
}

/// One map alone whose grays (those of `shown`, if there are any) are colors of data.palette too, with other ids.
void tellOfColors(const DataConfiguration &configuration, const LabelFolder &folder, const std::string &path,
                  const std::vector<int32_t> &shown, const LabelMap &map) {
  const std::set<int32_t> used(map.ids.begin(), map.ids.end());
  bool differs = false;
  for (int32_t id : used) {
    const int32_t gray = shown.empty() ? id : shown[size_t(id)];
    const auto found = configuration.colors.find(grayColor(uint32_t(gray)));
    if (gray > 255 || found == configuration.colors.end())
      return;
    differs |= found->second != id;
  }
  if (differs)
    std::call_once(*folder.told, [&] {
      note(path, ": its grays are taken as ids, and are colors of data.palette too: set data.label_values to \"ids\" "
                 "or \"colors\" to decide");
    });
}

LabelMap readColors(const DataConfiguration &configuration, const LabelFolder &folder, const PictureFile &file,
                    const PictureLimits &limits) {
  try {
    return readLabelMap(file, &configuration.colors, limits);
  } catch (const Error &error) {
    if (folder.colors.empty() || folder.colors == file.name() || configuration.labelValues != Values::Auto)
      throw;
    fail(error.code(), error.what(), " (", folder.colors,
         " stores colors of data.palette, so all maps beside it are read as such; "
         "data.label_values can say otherwise)");
  }
}

/// An id of a palette may be no class as long as no file has its color.
void checkPalette(const LabelMap &labels, const std::string &path, const DataConfiguration &configuration) {
  for (const auto &[color, id] : configuration.colors) {
    if (configuration.rules.hasMeaning(id))
      continue;
    const auto found = std::find(labels.ids.begin(), labels.ids.end(), id);
    const size_t at = size_t(found - labels.ids.begin()), width = size_t(labels.width);
    if (found != labels.ids.end())
      fail(ErrorCode::InvalidData, path, ": the color at pixel (", at % width, ", ", at / width, ") is that of entry ",
           id, " of data.palette, which is neither one of the classes 0..", configuration.rules.numClasses - 1,
           " nor in data.ignore; add it there, or give the color to a class");
  }
}

std::map<int32_t, uint64_t> ignoredIds(const LabelMap &map, const LabelRules &rules) {
  std::map<int32_t, uint64_t> ignored;
  for (auto begin = map.ids.begin(), end = begin; begin != map.ids.end(); begin = end) { // neighbors are mostly alike
    end = std::find_if(begin, map.ids.end(), [&](int32_t id) { return id != *begin; });
    if (rules.isIgnored(*begin))
      ignored[*begin] += uint64_t(end - begin);
  }
  return ignored;
}

/// Programs that write 16 bits store an id of 8 bits as 257 times it, its byte twice. Where no such number is an id,
/// the bytes are.
void undouble(LabelMap &map, const LabelRules &rules) {
  const std::set<int32_t> ids(map.ids.begin(), map.ids.end());
  auto isDoubled = [&](int32_t id) {
    const auto remapped = rules.remap.find(id);
    return id % 257 == 0 && (id == 0 || !rules.hasMeaning(remapped == rules.remap.end() ? id : remapped->second));
  };
  if (*ids.rbegin() > 255 && std::all_of(ids.begin(), ids.end(), isDoubled))
    for (int32_t &id : map.ids)
      id /= 257;
}

/// A map that was made with its photo's EXIF is shown as the photo is.
LabelMap asConfigured(const DataConfiguration &configuration, const PictureFile &file, LabelMap map) {
  return configuration.turnPhotos ? turned(std::move(map), pngOrientation(file)) : map;
}

} // namespace

const char *name(LabelReading reading) {
  switch (reading) {
  case LabelReading::Ids:
    return "ids as stored";
  case LabelReading::Grays:
    return "grays as shown";
  case LabelReading::Colors:
    return "colors of data.palette";
  }
  return "";
}

LabelFolder lookAtLabels(const DataConfiguration &configuration, const std::vector<std::string> &files) {
  LabelFolder folder;
  if (configuration.labelValues == Values::Auto) {
    Look look(configuration);
    for (const std::string &path : files)
      try {
        look.add(path);
      } catch (const Error &) { // told when it is read
      }
    folder = look.result();
  }
  folder.single = files.size() == 1;
  return folder;
}

LabelFolder lookAtLabels(const DataConfiguration &configuration, const PictureFile &file, const PictureLimits &limits) {
  LabelFolder folder;
  if (configuration.labelValues == Values::Auto) {
    Look look(configuration, limits);
    look.add(file);
    folder = look.result();
  }
  folder.single = true;
  return folder;
}

ReadLabels readLabels(const DataConfiguration &configuration, const LabelFolder &folder, const PictureFile &file,
                      const PictureLimits &limits) {
  const std::string &path = file.name();
  const std::optional<PngStorage> storage = readPngStorage(file);
  ReadLabels result;
  result.reading = choose(configuration, folder, storage);
  if (result.reading == LabelReading::Colors) {
    result.map = readColors(configuration, folder, file, limits);
    checkPalette(result.map, path, configuration);
  } else {
    result.map =
        result.reading == LabelReading::Grays ? readGrayMap(file, limits) : readLabelMap(file, nullptr, limits);
  }
  if (result.reading != LabelReading::Colors && configuration.labelValues == Values::Auto)
    undouble(result.map, configuration.rules);
  if (result.reading == LabelReading::Ids && configuration.labelValues == Values::Auto && storage) {
    const std::vector<int32_t> shown = shownGrays(*storage);
    if (!shown.empty())
      result.reading = settle(configuration, folder, path, shown, result.map);
    if (result.reading == LabelReading::Ids && folder.single && storage->kind == Kind::Grays)
      tellOfColors(configuration, folder, path, shown, result.map);
  }
  result.ignored = ignoredIds(result.map, configuration.rules);
  applyRules(result.map, path, configuration.rules);
  result.map = asConfigured(configuration, file, std::move(result.map));
  return result;
}

LabelMap readInstances(const DataConfiguration &configuration, const std::string &path) {
  const PictureFile file(path);
  return asConfigured(configuration, file, readInstanceMap(file));
}

} // namespace dpsims
