// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/section.h"

#include "runtime/data/known_datasets.h"

#include <algorithm>

namespace dpsims {

// Every key of docs/data.md, sorted.
static const char *const knownKeys[] = {
    "crop",   "dataset", "flip",   "holdout", "ignore",      "images",  "instances", "label_values",
    "labels", "layouts", "lists",  "names",   "orientation", "palette", "pictures",  "remap",
    "resize", "seed",    "splits", "things",  "unpaired",    "zoom",
};

static std::string listOfKeys() {
  std::string list;
  for (const char *key : knownKeys)
    list += std::string(list.empty() ? "" : ", ") + key;
  return list;
}

static void requireKnownKeys(const JsonValue &section) {
  for (const auto &[key, value] : section.members())
    if (std::find(std::begin(knownKeys), std::end(knownKeys), key) == std::end(knownKeys))
      fail(ErrorCode::InvalidData, value.file(), ": ", value.path(), ": unknown key; known are: ", listOfKeys());
}

/// An absent section is an empty one, an absent data set "folders".
static JsonValue sectionOf(const JsonValue &configuration) {
  const JsonValue section = configuration["data"];
  if (configuration.has("data") && !section.isObject())
    fail(ErrorCode::InvalidData, section.file(), ": \"data\" of the configuration is not an object");
  return section;
}

static DatasetSection datasetOf(const JsonValue &section) {
  if (section.has("dataset"))
    return findDataset(section["dataset"]);
  return knownDataset("folders");
}

DataSection::DataSection(const JsonValue &configuration) : section(sectionOf(configuration)) {
  const DatasetSection set = datasetOf(section);
  name = set.name;
  requireKnownKeys(section);
  requireKnownKeys(set.keys);
  if (set.keys.has("dataset"))
    set.keys["dataset"].refuse(": a data set cannot be another one; write its keys");
  for (const auto &[key, value] : set.keys.members())
    keys.emplace(key, value);
  if (isOwn("images") && isOwn("labels"))
    keys.erase("layouts");
  if (isOwn("remap") && section["remap"].json() != set.keys["remap"].json()) // other classes than the set's
    for (const char *key : {"names", "things"})
      keys.erase(key);
  for (const auto &[key, value] : section.members())
    keys.insert_or_assign(key, value);
}

const JsonValue *DataSection::find(const std::string &key) const {
  const auto found = keys.find(key);
  return found == keys.end() ? nullptr : &found->second;
}

} // namespace dpsims
