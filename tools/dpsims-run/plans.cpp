// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-run/commands.h"

#include "runtime/device/convolution_plans.h"

#include <cstdio>
#include <iostream>
#include <memory>

namespace dpsims {

namespace {

struct PlansFlags {
  std::string model, description, output;
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
    out << "  " << convolution.key << ": "
        << (convolution.engine.empty() ? "no engine" : convolution.engine) << time << "\n";
    found += !convolution.engine.empty();
  }
  out << found << " of " << plans.convolutions.size() << " different convolutions have an engine\n";
}

void makePlans(const PlansFlags &flags) {
  std::shared_ptr<const CompiledModel> model = CompiledModel::load(flags.model);
  ConvolutionPlansRequest request;
  request.description = flags.description;
  request.options = flags.device.options();
  if (!flags.output.empty()) {
    request.options.planCache = flags.output;
    request.options.planCacheNamed = false; // what is no plan cache is replaced
  }
  print(planConvolutions(*model, request), std::cout);
  std::cerr << "dpsims-run: plans are in " << request.options.planCache << "\n";
}

} // namespace

void addPlansCommand(CLI::App &app) {
  auto flags = std::make_shared<PlansFlags>();
  CLI::App *command =
      app.add_subcommand("plans", "Finds how cuDNN does each convolution of a model for CUDA, and keeps it in a plan "
                                  "cache: measured, on this machine's GPU; or for a GPU elsewhere.");
  command->add_option("model,--model", flags->model, "compiled model, for CUDA")->required()->type_name("FILE");
  command
      ->add_option("--for", flags->description,
                   "a GPU that is not here, described as in runtime/device/cuda/devices; needs cuDNN 9.8, no driver")
      ->type_name("DEVICE.json");
  command->add_option("-o,--output", flags->output, "plan cache to add to; without: the user's")->type_name("FILE");
  flags->device.addTo(*command);
  command->footer("Examples:\n"
                  "  dpsims-run plans sample.dpsims --tf32\n"
                  "  dpsims-run plans training.dpsims --for runtime/device/cuda/devices/h100.json -o plans.json\n"
                  "and there, where candidates are measured once and the fastest is kept:\n"
                  "  dpsims-run train --model training.dpsims --plans plans.json --output run");
  command->callback([flags] { makePlans(*flags); });
}

} // namespace dpsims
