// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/options.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <filesystem>
#include <string_view>

#include <nlohmann/json.hpp>

namespace dpsims {

using Json = nlohmann::ordered_json;

static bool isPath(std::string_view name) { return name != "convolution"; }

void writeOptions(const std::string &path, const TrainOptions &options) {
  Json json;
  eachOption(options, [&](const char *name, const auto &value) {
    json[name] = value;
    if (json[name].is_string() && json[name] != "" && isPath(name))
      json[name] = std::filesystem::absolute(json[name].get<std::string>()).lexically_normal().string();
  });
  writeFile(path, json.dump(1) + "\n");
}

void readOptions(const std::string &path, TrainOptions &options) {
  const Json json = Json::parse(readText(path), nullptr, false);
  if (!json.is_object())
    fail(path, ": holds no options of a run: give all flags again");
  eachOption(options, [&](const char *name, auto &value) {
    try {
      if (json.contains(name))
        json.at(name).get_to(value);
    } catch (const Json::exception &) {
      fail(path, ": ", quoted(name), " is ", json.at(name).dump(), ": give --", name, " again");
    }
  });
}

} // namespace dpsims
