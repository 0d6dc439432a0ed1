// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-run/commands.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/device/convolution_plans.h"
#include "runtime/device/plan_cache.h"

#include <cstdio>
#include <iostream>
#include <memory>

namespace dpsims {

namespace {

struct PlansFlags {
  std::string model, description, output, describe;
  DeviceFlags device;
};

void print(const ConvolutionPlans &plans, std::ostream &out) {
  out << plans.device << "\n";
  size_t found = 0;
  for (const PlannedEntry &entry : plans.entries)
    out << "entry " << entry.name << ": " << entry.convolutions << " convolutions, " << entry.launches << " launches"
        << (entry.withoutEngine ? ", " + std::to_string(entry.withoutEngine) + " by slow kernels of the runtime's" : "")
        << "\n";
  for (const PlannedConvolution &convolution : plans.convolutions) {
    char time[32] = "";
    if (convolution.seconds > 0)
      std::snprintf(time, sizeof(time), ", %.1f us", 1e6 * convolution.seconds);
    out << "  " << convolution.key << ": " << (convolution.engine.empty() ? "no engine" : convolution.engine) << time
        << "\n";
    found += !convolution.engine.empty();
  }
  out << found << " of " << plans.convolutions.size() << " different convolutions have an engine\n";
}

void describe(const PlansFlags &flags) {
  writeFile(flags.describe, describeDevice(flags.device.options()));
  std::cerr << "dpsims-run: " << flags.describe << ": describes this GPU, for plans --for on another machine\n";
}

void checkFlags(const CLI::App &command, const PlansFlags &flags) {
  auto given = [&](const char *name) { return command.get_option(name)->count() > 0; };
  if (flags.model.empty())
    fail("plans: give a compiled model, or --describe");
  if (given("--for") && flags.description.empty())
    fail("--for: names no file: give a device's description, as runtime/device/cuda/devices/h100.json");
  if (given("--for") && given("--device"))
    fail("--for and --device: the plans are for a GPU that is not here, or for one that is; leave one of them out");
  if (!given("--output"))
    return;
  if (flags.output.empty() || flags.output == "-")
    fail("-o ", quoted(flags.output), ": plans go to a file, which must have a name");
  if (given("--plans"))
    fail("-o and --plans: both name the plan cache; leave one of them out");
}

void checkWritten(const std::string &path, const ConvolutionPlans &plans) {
  std::vector<std::string> keys;
  for (const PlannedConvolution &convolution : plans.convolutions)
    if (!convolution.engine.empty())
      keys.push_back(convolution.key);
  requirePlans(path, plans.device, keys);
}

void makePlans(const CLI::App &command, const PlansFlags &flags) {
  if (!flags.describe.empty())
    return describe(flags);
  checkFlags(command, flags);
  std::shared_ptr<const CompiledModel> model = CompiledModel::load(flags.model);
  ConvolutionPlansRequest request;
  request.description = flags.description;
  request.options = flags.device.options();
  if (!flags.output.empty()) {
    request.options.planCache = flags.output;
    request.options.planCacheNamed = false; // it may have other machines' plans alone
    claimPlanCache(flags.output);
  }
  const ConvolutionPlans plans = planConvolutions(*model, request);
  if (!flags.output.empty())
    checkWritten(flags.output, plans);
  print(plans, std::cout);
  std::cerr << "dpsims-run: plans are in " << request.options.planCache << "\n";
}

} // namespace

void addPlansCommand(CLI::App &app) {
  auto flags = std::make_shared<PlansFlags>();
  CLI::App *command =
      app.add_subcommand("plans", "Finds how cuDNN does each convolution of a model for CUDA, and keeps it in a plan "
                                  "cache: measured, on this machine's GPU; or for a GPU elsewhere.");
  CLI::Option *model =
      command->add_option("model,--model", flags->model, "compiled model, for CUDA")->type_name("FILE");
  CLI::Option *describedGpu =
      command
          ->add_option(
              "--for", flags->description,
              "a GPU that is not here, described as in runtime/device/cuda/devices; needs cuDNN 9.8, no driver")
          ->type_name("DEVICE.json");
  CLI::Option *output =
      command->add_option("-o,--output", flags->output, "plan cache to add to; without: the user's")->type_name("FILE");
  command
      ->add_option("--describe", flags->describe,
                   "write what --for takes for this machine's GPU (the one of --device), as cuDNN describes it")
      ->excludes(model)
      ->excludes(describedGpu)
      ->excludes(output)
      ->type_name("DEVICE.json");
  flags->device.addTo(*command);
  command->footer("Examples:\n"
                  "  dpsims-run plans sample.dpsims\n"
                  "  dpsims-run plans --describe this-gpu.json\n"
                  "  dpsims-run plans training.dpsims --for runtime/device/cuda/devices/h100.json -o plans.json\n"
                  "and there, where candidates are measured once and the fastest is kept:\n"
                  "  dpsims-run train --model training.dpsims --plans plans.json --output run");
  command->callback([flags, command] { makePlans(*command, *flags); });
}

} // namespace dpsims
