// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/processor.h"

#include "runtime/base/error.h"

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

void requireProcessor(const CompiledModel &model) {
  if (model.target != Target::Cpu)
    fail(ErrorCode::Incompatible, model.path, ": compiled for ", name(model.target),
         ", not for the CPU: compile with --target cpu");
  for (const std::string &feature : model.features)
    if (!processorHas(feature))
      fail(ErrorCode::Incompatible, model.path, ": compiled for ", feature, ", this processor has no ", feature,
           ": compile with --cpu native here");
}

} // namespace dpsims
