// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/serve/example_map.h"

#include "runtime/image/png.h"
#include "runtime/serve/assets.h"

#include <algorithm>
#include <array>
#include <optional>

namespace dpsims::serve {

// The classes of the street, by their ids in it: as CamVid and as Cityscapes call them.
static constexpr std::array<const char *, 2> streetNames[] = {
    {"sky", "sky"},           {"building", "building"}, {"pole", "pole"},         {"road", "road"},
    {"pavement", "sidewalk"}, {"tree", "vegetation"},   {"sign", "traffic sign"}, {"fence", "fence"},
    {"car", "car"},           {"pedestrian", "person"}, {"bicyclist", "rider"}};

static std::optional<LabelMap> streetMap(const std::vector<std::string> &classNames) {
  const std::string_view *file = findAsset("street.png");
  if (!file)
    return std::nullopt;
  LabelMap map = decodeLabelMap(reinterpret_cast<const uint8_t *>(file->data()), file->size(), "street.png");
  std::vector<int32_t> classes;
  for (const auto &names : streetNames) {
    const auto found = std::find_first_of(classNames.begin(), classNames.end(), names.begin(), names.end());
    if (found == classNames.end())
      return std::nullopt;
    classes.push_back(int32_t(found - classNames.begin()));
  }
  for (int32_t &id : map.ids)
    id = classes.at(size_t(id));
  return map;
}

// A ground, a strip below, a disk, a box.
static LabelMap shapesMap(int32_t numClasses, int height, int width) {
  LabelMap map{width, height, {}};
  map.ids.reserve(size_t(width) * size_t(height));
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const double u = (x + 0.5) / width, v = (y + 0.5) / height;
      const bool inDisk = (u - 0.36) * (u - 0.36) + (v - 0.4) * (v - 0.4) < 0.04;
      const bool inBox = u > 0.6 && u < 0.86 && v > 0.34 && v < 0.78;
      const int32_t id = inBox ? 3 : inDisk ? 2 : v > 0.66 ? 1 : 0;
      map.ids.push_back(std::min(id, numClasses - 1));
    }
  return map;
}

LabelMap exampleMap(const std::vector<std::string> &classNames, int height, int width) {
  if (const std::optional<LabelMap> street = streetMap(classNames))
    return resizeNearest(*street, height, width);
  return shapesMap(int32_t(classNames.size()), height, width);
}

} // namespace dpsims::serve
