// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/processor.h"

#include "runtime/base/error.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

namespace dpsims {

namespace {

struct Processor {
  std::string name = "unknown processor";
  std::set<std::string> features;
};

// The first processor of /proc/cpuinfo: the kernel lists there what it lets programs use.
Processor readProcessor() {
  Processor result;
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line) && !line.empty();) {
    size_t colon = line.find(':');
    if (colon == std::string::npos || colon + 2 > line.size())
      continue;
    std::string key = line.substr(0, line.find_last_not_of(" \t", colon - 1) + 1);
    std::string value = line.substr(colon + 2);
    if (key == "model name")
      result.name = value;
    if (key == "flags") {
      std::istringstream words(value);
      for (std::string word; words >> word;)
        result.features.insert(word);
    }
  }
  return result;
}

const Processor &processor() {
  static const Processor instance = readProcessor();
  return instance;
}

} // namespace

std::string processorName() { return processor().name; }

bool processorHas(const std::string &feature) { return processor().features.count(feature) != 0; }

const CodeImage *codeForProcessor(const CompiledModel &model) {
  const std::string *missing = nullptr;
  for (const CodeImage &image : model.images) {
    if (image.format != "elf")
      fail(ErrorCode::Incompatible, model.path, ": its code is in the format ", quoted(image.format),
           ", and processors take elf: compile it again with --target cpu");
    const auto lacks = [](const std::string &feature) { return !processorHas(feature); };
    const auto feature = std::find_if(image.features.begin(), image.features.end(), lacks);
    if (feature == image.features.end())
      return &image;
    missing = &*feature;
  }
  if (missing)
    fail(ErrorCode::Incompatible, model.path, ": compiled for ", *missing, ", this processor has no ", *missing,
         ": compile with --chip native here");
  return nullptr;
}

} // namespace dpsims
