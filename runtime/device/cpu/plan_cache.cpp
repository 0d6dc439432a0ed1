// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/plan_cache.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <nlohmann/json.hpp>

namespace dpsims {

namespace {

using Json = nlohmann::json;
constexpr int version = 2; // of what is measured, and how

// The file's content if it is one of ours, else an empty one.
Json readCache(const std::string &path) {
  try {
    Json file = Json::parse(readText(path), nullptr, false);
    if (file.is_object() && file.value("version", Json()) == version && file.value("machines", Json()).is_object())
      return file;
  } catch (const Error &) { // no file yet
  }
  return {{"version", version}, {"machines", Json::object()}};
}

} // namespace

PlanCache::PlanCache(std::string path, std::string machine) : path(std::move(path)), machine(std::move(machine)) {
  if (this->path.empty())
    return;
  Json file = readCache(this->path);
  auto mine = file["machines"].find(this->machine);
  if (mine == file["machines"].end() || !mine->is_object())
    return;
  for (const auto &[key, choice] : mine->items())
    if (choice.is_string())
      choices[key] = choice;
}

std::string PlanCache::find(const std::string &key) const {
  auto found = choices.find(key);
  return found == choices.end() ? std::string() : found->second;
}

void PlanCache::store(const std::string &key, const std::string &choice) {
  choices[key] = choice;
  changed = true;
}

void PlanCache::save() {
  if (path.empty() || !changed)
    return;
  changed = false;
  try {
    size_t slash = path.rfind('/');
    if (slash != std::string::npos && slash > 0)
      makeDirectory(path.substr(0, slash));
    Json file = readCache(path);
    Json &mine = file["machines"][machine];
    if (!mine.is_object())
      mine = Json::object();
    for (const auto &[key, choice] : choices)
      mine[key] = choice;
    writeFile(path, file.dump(1) + "\n");
  } catch (const Error &) { // a read-only home: the next process measures again
  }
}

} // namespace dpsims
