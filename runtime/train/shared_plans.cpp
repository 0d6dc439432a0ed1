// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/shared_plans.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <filesystem>

#include <nlohmann/json.hpp>

namespace dpsims {

using Json = nlohmann::json;

// {"version": 1, "machines": {MACHINE: {SHAPE: CHOICE}}}, see device/cpu/plan_cache.h
static Json readPlans(const std::string &path) {
  try {
    Json file = Json::parse(readText(path), nullptr, false);
    if (file.is_object() && file.contains("version") && file.value("machines", Json()).is_object())
      return file;
  } catch (const Error &) { // no file yet
  }
  return Json();
}

static void addMachines(const Json &from, Json &to) {
  for (const auto &[machine, plans] : from["machines"].items()) {
    Json &target = to["machines"][machine];
    if (!plans.is_object() || !(target.is_null() || target.is_object()))
      continue;
    for (const auto &[shape, choice] : plans.items())
      if (!target.contains(shape))
        target[shape] = choice;
  }
}

void addPlans(const std::string &from, const std::string &to) {
  const Json source = readPlans(from), old = readPlans(to);
  if (from.empty() || to.empty() || source.is_null() || (!old.is_null() && old["version"] != source["version"]))
    return;
  Json merged = old.is_null() ? Json{{"version", source["version"]}, {"machines", Json::object()}} : old;
  addMachines(source, merged);
  if (merged == old)
    return;
  try {
    const std::string directory = std::filesystem::path(to).parent_path().string();
    if (!directory.empty())
      makeDirectory(directory);
    writeFile(to, merged.dump(1) + "\n");
  } catch (const Error &) { // a read-only home
  }
}

} // namespace dpsims
