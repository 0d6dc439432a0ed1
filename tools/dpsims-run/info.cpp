// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-run/commands.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/device/devices.h"
#include "runtime/format/describe.h"

#include <iostream>
#include <memory>

namespace dpsims {

namespace {

struct InfoFlags {
  std::string model, json;
  bool devices = false;
  DescribeOptions options;
};

void tellDevices(const InfoFlags &flags) {
  const DevicesReport devices = findDevices();
  printDevices(devices, std::cout);
  if (!flags.json.empty())
    writeFile(flags.json, devicesJson(devices));
}

void info(const InfoFlags &flags) {
  if (flags.devices)
    return tellDevices(flags);
  if (flags.model.empty())
    fail("info: give a compiled model, or --devices");
  describe(*CompiledModel::load(flags.model), flags.options, std::cout);
}

} // namespace

void addInfoCommand(CLI::App &app) {
  auto flags = std::make_shared<InfoFlags>();
  CLI::App *command =
      app.add_subcommand("info", "Says what a compiled model contains, or what this machine has to run one on.");
  CLI::Option *model = command->add_option("model,--model", flags->model, "compiled model")->type_name("FILE");
  command->add_flag("--steps", flags->options.steps, "every step with its buffers")->needs(model);
  command->add_flag("--weights", flags->options.weights, "every weight")->needs(model);
  CLI::Option *devices =
      command
          ->add_flag("--devices", flags->devices,
                     "the processor and the GPUs, the CUDA libraries and where they were found, and what is missing")
          ->excludes(model);
  command->add_option("--json", flags->json, "write what --devices finds there")->needs(devices)->type_name("FILE");
  command->footer("Examples:\n"
                  "  dpsims-run info sample.dpsims\n"
                  "  dpsims-run info sample.dpsims --steps --weights\n"
                  "  dpsims-run info --devices");
  command->callback([flags] { info(*flags); });
}

} // namespace dpsims
