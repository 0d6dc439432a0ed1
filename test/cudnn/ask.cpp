// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Asks the real cuDNN how it would do every convolution of compiled models on a GPU that is not here. Fails if it has
// no engine for one, with its epilogue or without, whose plan builds; if a program has more launches than it may; or if
// a convolution is left to an engine that must not be taken.
//
//   dpsims-ask-cudnn DEVICE.json [--launches PROGRAM=N] [--never NAME] MODEL...

#include "runtime/base/error.h"
#include "runtime/device/convolution_plans.h"

#include <iostream>
#include <string>
#include <vector>

using namespace dpsims;

namespace {

struct Question {
  std::string device, program, never;
  uint64_t launches = 0;
  std::vector<std::string> models;
};

Question parse(const std::vector<std::string> &arguments) {
  Question question;
  for (size_t i = 0; i < arguments.size(); ++i)
    if (arguments[i] == "--launches" && i + 1 < arguments.size()) {
      const std::string &limit = arguments[++i];
      question.program = limit.substr(0, limit.find('='));
      question.launches = std::stoull(limit.substr(limit.find('=') + 1));
    } else if (arguments[i] == "--never" && i + 1 < arguments.size()) {
      question.never = arguments[++i];
    } else if (question.device.empty()) {
      question.device = arguments[i];
    } else {
      question.models.push_back(arguments[i]);
    }
  if (question.models.empty())
    fail("usage: dpsims-ask-cudnn DEVICE.json [--launches PROGRAM=N] [--never NAME] MODEL...");
  return question;
}

// How many faults there are.
int check(const ConvolutionPlans &plans, const Question &question) {
  int faults = 0;
  bool isNamed = question.program.empty();
  for (const PlannedConvolution &convolution : plans.convolutions) {
    if (convolution.engine.empty())
      std::cout << "no engine: " << convolution.key << "\n";
    if (!question.never.empty() && convolution.engine == question.never) {
      std::cout << convolution.engine << ": " << convolution.key << "\n";
      ++faults;
    }
  }
  for (const PlannedEntry &entry : plans.entries) {
    std::cout << entry.name << ": " << entry.convolutions << " convolutions, " << entry.withoutEngine
              << " without an engine, " << entry.launches << " launches\n";
    faults += entry.withoutEngine > 0;
    if (entry.name != question.program)
      continue;
    isNamed = true;
    if (entry.launches > question.launches) {
      std::cout << entry.name << ": more than " << question.launches << " launches\n";
      ++faults;
    }
  }
  if (!isNamed)
    fail("there is no program ", quoted(question.program));
  std::cout << plans.convolutions.size() << " different convolutions on " << plans.device << "\n";
  return faults + plans.convolutions.empty();
}

int ask(const Question &question) {
  ConvolutionPlansRequest request;
  request.description = question.device;
  request.candidates = 1;
  int faults = 0;
  for (const std::string &path : question.models) {
    std::shared_ptr<const CompiledModel> model = CompiledModel::load(path);
    std::cout << path << ", " << name(model->precision) << "\n";
    faults += check(planConvolutions(*model, request), question);
  }
  return faults ? 1 : 0;
}

} // namespace

int main(int argc, char **argv) {
  try {
    return ask(parse({argv + 1, argv + argc}));
  } catch (const std::exception &error) {
    std::cerr << "dpsims-ask-cudnn: error: " << error.what() << "\n";
    return 1;
  }
}
