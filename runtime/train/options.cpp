// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/options.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/base/utf8.h"
#include "runtime/train/run_folder.h"

#include <filesystem>
#include <string_view>
#include <type_traits>

#include <nlohmann/json.hpp>

namespace dpsims {

using Json = nlohmann::ordered_json;

DeviceOptions deviceOptions(const TrainOptions &options) {
  DeviceOptions result;
  chooseDevice(options.device, result);
  result.threads = options.threads;
  result.convolution = options.convolution == "direct"     ? ConvolutionChoice::Direct
                       : options.convolution == "winograd" ? ConvolutionChoice::Winograd
                                                           : ConvolutionChoice::Auto;
  result.graphs = options.graphs;
  result.streams = options.streams;
  result.checked = options.checked;
  result.nondeterministic = options.nondeterministic;
  result.communicator = options.ranks;
  result.planCache = options.plans.empty() ? joinPath(options.output, plansFile) : options.plans;
  result.planCacheNamed = !options.plans.empty();
  return result;
}

static bool isPath(std::string_view name) {
  return name != "convolution" && name != "device" && name != "segmenter-program";
}

static std::string stored(const std::string &name, const std::string &text) {
  if (!isUtf8(text))
    fail("--", name, " ", text, ": is not UTF-8, which ", optionsFile,
         " could not hold: rename it, or make a link to it");
  if (text.empty() || !isPath(name))
    return text;
  const std::string path = std::filesystem::absolute(text).lexically_normal().string();
  if (!isUtf8(path))
    fail("--", name, " ", text, ": is in ", path, ", which is not UTF-8 and which ", optionsFile,
         " could not hold: rename the folder, or go there by a link");
  return path;
}

template <typename Value> static const Value &stored(const std::string &, const Value &value) { return value; }

void requireStorable(const TrainOptions &options) {
  eachOption(options, [](const char *name, const auto &value) { stored(name, value); });
}

void writeOptions(const std::string &path, const TrainOptions &options) {
  Json json;
  eachOption(options, [&](const char *name, const auto &value) { json[name] = stored(name, value); });
  writeFile(path, json.dump(1) + "\n");
}

OptionRange rangeOf(std::string_view name) {
  constexpr uint64_t many = uint64_t(1) << 40;
  if (name == "seed")
    return {0, UINT64_MAX};
  if (name == "threads")
    return {0, 4096};
  if (name == "data-threads")
    return {1, 1024};
  if (name == "evaluate-samples")
    return {1, 1000000};
  if (name == "checkpoint-every" || name == "keep" || name == "statistics-batches")
    return {1, many};
  return {name == "validation-images" ? 2u : 0u, many};
}

static bool isDevice(const std::string &text) {
  DeviceOptions ignored;
  try {
    chooseDevice(text, ignored);
  } catch (const Error &) {
    return false;
  }
  return true;
}

// Is the JSON a value that the flag takes?
template <typename Value> static bool isTaken(const Json &json, const std::string &name) {
  if constexpr (std::is_same_v<Value, std::string>)
    return json.is_string() && (name != "device" || isDevice(json.get<std::string>())) &&
           (name != "convolution" || json == "auto" || json == "direct" || json == "winograd");
  else if constexpr (std::is_same_v<Value, bool>)
    return json.is_boolean();
  else
    return json.is_number_unsigned() && json >= rangeOf(name).least && json <= rangeOf(name).most;
}

void readOptions(const std::string &path, TrainOptions &options,
                 const std::function<bool(const std::string &)> &isGiven) {
  const Json json = Json::parse(readText(path), nullptr, false);
  if (!json.is_object())
    fail(ErrorCode::InvalidData, path,
         ": is damaged, it holds no options of a run: remove it, and give the flags again");
  eachOption(options, [&](const std::string &name, auto &value) {
    if (!json.contains(name) || isGiven(name))
      return;
    if (!isTaken<std::decay_t<decltype(value)>>(json.at(name), name))
      fail(ErrorCode::InvalidData, path, ": ", quoted(name), " is ", json.at(name).dump(), ", which --", name,
           " does not take: give that flag again");
    json.at(name).get_to(value);
  });
}

} // namespace dpsims
