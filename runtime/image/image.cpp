// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/image.h"

#include "runtime/base/error.h"

#include <algorithm>

namespace dpsims {

// sources[i] = floor((i + 1/2) * in / out)
static std::vector<size_t> nearestSources(int in, int out) {
  std::vector<size_t> sources;
  sources.reserve(size_t(out));
  for (int64_t i = 0; i < out; ++i)
    sources.push_back(size_t((2 * i + 1) * in / (2 * int64_t(out))));
  return sources;
}

LabelMap resizeNearest(const LabelMap &labels, int height, int width) {
  if (labels.width <= 0 || labels.height <= 0 || height <= 0 || width <= 0)
    fail("cannot resize a label map of ", labels.width, " x ", labels.height, " to ", width, " x ", height);
  if (height == labels.height && width == labels.width)
    return labels;
  const std::vector<size_t> columns = nearestSources(labels.width, width), rows = nearestSources(labels.height, height);
  LabelMap result{width, height, {}};
  result.ids.reserve(size_t(width) * size_t(height));
  for (size_t y : rows) {
    const int32_t *row = labels.ids.data() + y * size_t(labels.width);
    for (size_t x : columns)
      result.ids.push_back(row[x]);
  }
  return result;
}

void remapIds(LabelMap &labels, const std::map<int32_t, int32_t> &remap) {
  if (remap.empty() || labels.ids.empty())
    return;
  auto lookUp = [&](int32_t id) {
    auto found = remap.find(id);
    return found == remap.end() ? id : found->second;
  };
  // Neighbours are mostly of one id.
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
  for (size_t i = 0; i < labels.ids.size(); ++i) {
    int32_t &id = labels.ids[i];
    if (std::find(ignore.begin(), ignore.end(), id) != ignore.end())
      id = ignoredId;
    else if (id < 0 || id >= numClasses)
      fail(file, ": id ", id, " at pixel (", i % size_t(labels.width), ", ", i / size_t(labels.width),
           ") is none of the classes 0..", numClasses - 1, "; add it to data.ignore or data.remap");
  }
}

void applyRules(LabelMap &labels, const std::string &file, const LabelRules &rules) {
  remapIds(labels, rules.remap);
  checkIds(labels, file, rules.numClasses, rules.ignore);
}

} // namespace dpsims
