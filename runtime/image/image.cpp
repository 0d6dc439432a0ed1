// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/image.h"

#include "runtime/base/error.h"

#include <algorithm>

namespace dpsims {

RgbImage fromPlanes(const float *planes, int height, int width) {
  const size_t pixels = size_t(height) * size_t(width);
  RgbImage image{width, height, std::vector<uint8_t>(pixels * 3)};
  for (size_t i = 0; i < pixels; ++i)
    for (size_t c = 0; c < 3; ++c) {
      const float value = (planes[c * pixels + i] + 1) * 127.5f + 0.5f;
      image.pixels[3 * i + c] = value >= 255 ? 255 : value > 0 ? uint8_t(value) : 0; // NaN fails both
    }
  return image;
}

void remapIds(LabelMap &labels, const std::map<int32_t, int32_t> &remap) {
  if (remap.empty() || labels.ids.empty())
    return;
  auto lookUp = [&](int32_t id) {
    auto found = remap.find(id);
    return found == remap.end() ? id : found->second;
  };
  // Neighbors are mostly of one id.
  int32_t from = labels.ids[0], to = lookUp(from);
  for (int32_t &id : labels.ids) {
    if (id != from) {
      from = id;
      to = lookUp(id);
    }
    id = to;
  }
}

void checkIds(LabelMap &labels, const std::string &file, int numClasses, const std::vector<int32_t> &ignore) {
  int32_t from = 0, to = 0; // neighbors are mostly of one id
  for (size_t i = 0; i < labels.ids.size(); ++i) {
    int32_t &id = labels.ids[i];
    if (i == 0 || id != from) {
      const bool isIgnored = std::find(ignore.begin(), ignore.end(), id) != ignore.end();
      from = id;
      to = isIgnored ? ignoredId : id;
      if (!isIgnored && (id < 0 || id >= numClasses))
        fail(ErrorCode::InvalidData, file, ": id ", id, " at pixel (", i % size_t(labels.width), ", ",
             i / size_t(labels.width), ") is none of the classes 0..", numClasses - 1,
             "; add it to data.ignore or data.remap",
             id == numClasses ? ", or set data.remap to \"minus_one\" if ids count from 1" : "");
    }
    id = to;
  }
}

bool LabelRules::isIgnored(int32_t id) const {
  const auto found = remap.find(id);
  return std::find(ignore.begin(), ignore.end(), found == remap.end() ? id : found->second) != ignore.end();
}

bool LabelRules::hasMeaning(int32_t id) const {
  const auto found = remap.find(id);
  const int32_t to = found == remap.end() ? id : found->second;
  return (to >= 0 && to < numClasses) || isIgnored(id);
}

void applyRules(LabelMap &labels, const std::string &file, const LabelRules &rules) {
  remapIds(labels, rules.remap);
  checkIds(labels, file, rules.numClasses, rules.ignore);
}

} // namespace dpsims
