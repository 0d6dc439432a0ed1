// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/known_datasets.h"

#include "runtime/base/file.h"

#include <algorithm>
#include <filesystem>

namespace dpsims {

namespace {

namespace fs = std::filesystem;

struct KnownDataset {
  const char *name, *text;
};

// The files of models/datasets, sorted.
const KnownDataset datasets[] = {
#include "known_datasets.inc"
};

const char kind[] = "data set", wanted[] = "a JSON object of keys and values";

bool isFile(const std::string &name) {
  return name.find('/') != std::string::npos || fs::path(name).extension() == ".json";
}

DatasetSection checked(const std::string &name, const JsonValue &keys) {
  if (!keys.isObject())
    keys.refuse(" is not an object of keys and values");
  return {name, keys};
}

DatasetSection readFile(const std::string &name, const std::string &configuration) {
  const std::string path = joinPath(fs::path(configuration).parent_path().string(), name);
  return checked(fs::path(name).stem().string(), JsonValue::parse(readText(path), path, kind, wanted));
}

std::string listOfNames() {
  std::string list;
  for (const std::string &name : knownDatasets())
    list += (list.empty() ? "" : ", ") + name;
  return list;
}

} // namespace

std::vector<std::string> knownDatasets() {
  std::vector<std::string> names;
  for (const KnownDataset &known : datasets)
    names.push_back(known.name);
  return names;
}

DatasetSection knownDataset(const std::string &name) {
  const auto known =
      std::find_if(std::begin(datasets), std::end(datasets), [&](const auto &d) { return name == d.name; });
  if (known == std::end(datasets))
    fail(ErrorCode::NotFound, quoted(name), " is not a known data set; there are ", listOfNames());
  return checked(name, JsonValue::parse(known->text, "models/datasets/" + name + ".json", kind, wanted));
}

DatasetSection findDataset(const JsonValue &dataset) {
  if (dataset.isObject()) {
    const std::string file = dataset["file"].text();
    return checked(fs::path(file).stem().string(), dataset["keys"].extracted(file, kind));
  }
  std::string name = dataset.text();
  if (isFile(name))
    return readFile(name, dataset.file());
  std::replace(name.begin(), name.end(), '-', '_');
  const std::vector<std::string> known = knownDatasets();
  if (std::find(known.begin(), known.end(), name) != known.end())
    return knownDataset(name);
  fail(ErrorCode::NotFound, dataset.file(), ": data.dataset: ", quoted(name),
       " is not a data set that is known by name (", listOfNames(),
       "); for your own write \"folders\", with data.images and data.labels, or the path of a file of these keys, "
       "\"sets/mine.json\"");
}

} // namespace dpsims
