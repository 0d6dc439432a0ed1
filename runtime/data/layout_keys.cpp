// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/section.h"

#include <algorithm>

namespace dpsims {

/// Do the patterns of maps and of their images go together?
static bool fits(const std::string &path, const std::string &images) {
  auto stars = [](const std::string &pattern) { return std::count(pattern.begin(), pattern.end(), '*'); };
  auto split = [](const std::string &pattern) { return pattern.find("{split}") != std::string::npos; };
  return stars(path) == stars(images) && split(path) == split(images);
}

static std::string readPattern(const JsonValue &value) {
  const std::string path = value.text();
  if (path.find('*') == std::string::npos)
    value.refuse(": ", quoted(path), " has no \"*\" for the names of the files, as in \"images/*\"");
  for (size_t begin = 0, end; begin < path.size(); begin = end + 1) {
    end = std::min(path.find('/', begin), path.size());
    if (std::count(path.begin() + long(begin), path.begin() + long(end), '*') > 1)
      value.refuse(": ", quoted(path), " has two \"*\" in one name");
  }
  return path;
}

static Layout makeLayout(const JsonValue &where, const JsonValue &images, const JsonValue &labels,
                         const JsonValue *instances) {
  Layout layout{readPattern(images), readPattern(labels), ""};
  if (instances && !instances->isNull())
    layout.instances = readPattern(*instances);
  for (const std::string *path : {&layout.labels, &layout.instances})
    if (!path->empty() && !fits(*path, layout.images))
      where.refuse(": ", quoted(layout.images), " and ", quoted(*path),
                   " must both have \"{split}\" or not, and as many \"*\"");
  return layout;
}

static void readLayouts(const JsonValue &value, DataConfiguration &result) {
  if (!value.isList() || value.json().empty())
    value.refuse(" is not a list of {\"images\": ..., \"labels\": ...}");
  for (const JsonValue &item : value.elements()) {
    if (!item.has("images") || !item.has("labels"))
      item.refuse(" must have \"images\" and \"labels\"");
    const JsonValue instances = item["instances"];
    result.layouts.push_back(makeLayout(item, item["images"], item["labels"], &instances));
  }
}

// One of the three alone, `field`: for those of the data set's layouts that it fits.
static void readAlone(const JsonValue &value, std::string Layout::*field, DataConfiguration &result) {
  const std::string path = value.isNull() ? "" : readPattern(value);
  const bool ofImages = field == &Layout::images;
  std::vector<Layout> fitting;
  std::string others;
  for (const Layout &known : result.layouts) {
    const std::string &other = ofImages ? known.labels : known.images;
    others += (others.empty() ? "" : ", ") + quoted(other);
    if (!path.empty() && !fits(path, other))
      continue;
    fitting.push_back(known);
    fitting.back().*field = path;
    if (ofImages && !known.instances.empty() && !fits(known.instances, path))
      fitting.back().instances = "";
  }
  if (fitting.empty() && !result.layouts.empty())
    value.refuse(
        ": ", quoted(path), " goes with no ", ofImages ? "label maps" : "images", " of the data set ",
        quoted(result.dataset), ", ", others,
        ": both must have \"{split}\" or not, and as many \"*\"; change it, or add data.images and data.labels");
  result.layouts = fitting;
}

static void readSplits(const JsonValue &value, DataConfiguration &result) {
  if (!value.isObject())
    value.refuse(" is not {\"train\": \"folder\", ...}");
  for (const auto &[split, folder] : value.members())
    result.splits[split] = folder.text();
}

static void readLists(const JsonValue &value, DataConfiguration &result) {
  if (!value.isObject())
    value.refuse(" is not {\"train\": \"train.txt\", ...}");
  for (const auto &[split, file] : value.members())
    result.lists[split] = file.text();
  result.skipsUnpaired = true; // what is listed must be there, other files need not
  for (const Layout &layout : result.layouts)
    if (layout.images.find("{split}") != std::string::npos)
      value.refuse(": ", quoted(layout.images),
                   " has \"{split}\", which tells the splits already; take it out, or the lists");
}

void readLayoutKeys(const DataSection &section, DataConfiguration &result) {
  const JsonValue *images = section.find("images"), *labels = section.find("labels");
  const JsonValue *instances = section.find("instances");
  if (const JsonValue *layouts = section.find("layouts"))
    readLayouts(*layouts, result);
  if (images && labels) {
    result.layouts = {makeLayout(section.whole(), *images, *labels, instances)};
  } else {
    if ((images || labels) && (result.layouts.empty() || !section.isOwn("dataset")))
      section.whole().refuse(" must have \"images\" and \"labels\"");
    if (images)
      readAlone(*images, &Layout::images, result);
    if (labels)
      readAlone(*labels, &Layout::labels, result);
    if (instances)
      readAlone(*instances, &Layout::instances, result);
  }
  if (const JsonValue *splits = section.find("splits"))
    readSplits(*splits, result);
  if (const JsonValue *lists = section.find("lists"))
    readLists(*lists, result);
  if (const JsonValue *unpaired = section.find("unpaired"))
    result.skipsUnpaired = unpaired->word({"error", "skip"}) == 1;
  if (const JsonValue *holdout = section.find("holdout"))
    result.holdout = holdout->integer<int32_t>(2, 1 << 30);
}

} // namespace dpsims
