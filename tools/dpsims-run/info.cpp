// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-run/commands.h"

#include "runtime/model/describe.h"

#include <iostream>
#include <memory>

namespace dpsims {

namespace {

struct InfoFlags {
  std::string model;
  DescribeOptions options;
};

} // namespace

void addInfoCommand(CLI::App &app) {
  auto flags = std::make_shared<InfoFlags>();
  CLI::App *command = app.add_subcommand("info", "Says what a compiled model contains.");
  command->add_option("model,--model", flags->model, "compiled model")->required()->type_name("FILE");
  command->add_flag("--steps", flags->options.steps, "every step with its buffers");
  command->add_flag("--weights", flags->options.weights, "every weight");
  command->footer("Examples:\n"
                  "  dpsims-run info sample.dpsims\n"
                  "  dpsims-run info sample.dpsims --steps --weights");
  command->callback([flags] { describe(*CompiledModel::load(flags->model), flags->options, std::cout); });
}

} // namespace dpsims
