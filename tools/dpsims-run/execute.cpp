// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-run/commands.h"

#include "runtime/base/error.h"
#include "runtime/communicator/launch.h"
#include "runtime/device/plan/requirements.h"
#include "runtime/session/execute.h"

#include <cstdio>
#include <memory>

namespace dpsims {

namespace {

struct ExecuteFlags {
  std::string model, entry, inputs, outputs, expected;
  WeightsFlags weights;
  double tolerance = 1e-4;
  int64_t steps = 0;
  DeviceFlags device;
  RankFlags ranks;
};

// Prints each output's error; true if all are within the tolerance.
bool reportErrors(const std::vector<Comparison> &comparisons) {
  bool within = true;
  for (const Comparison &comparison : comparisons) {
    std::printf("%s: relative error %.2g%s\n", comparison.name.c_str(), comparison.error,
                comparison.within ? "" : ", above the tolerance");
    within = within && comparison.within;
  }
  std::fflush(stdout);
  return within;
}

DeviceOptions deviceOptions(const ExecuteFlags &flags, const std::shared_ptr<Communicator> &ranks) {
  DeviceOptions options = flags.device.options();
  options.communicator = ranks;
  options.threads = threadsOfRank(options.threads, ranks.get());
  return options;
}

// `ranks` may be null.
bool runExecute(const ExecuteFlags &flags, const std::shared_ptr<Communicator> &ranks) {
  const bool isFirst = !ranks || ranks->rank() == 0;
  std::shared_ptr<const CompiledModel> model = CompiledModel::load(flags.model);
  const Entry &entry = model->entry(flags.entry);
  requireRanks(*model, entry, ranks ? ranks->size() : 1);
  if (!isSharded(entry) && !isFirst) // which one does alone
    return true;
  ExecuteInputs inputs = readInputs(entry, flags.inputs, ranks.get());
  if (flags.steps && entry.variables.empty())
    fail("--steps ", flags.steps, ": entry ", quoted(entry.name), " of ", flags.model, " runs in no steps");
  if (flags.steps && inputs.steps != flags.steps)
    fail(flags.inputs, ": has ", inputs.steps, " steps, not the ", flags.steps, " of --steps");
  std::unique_ptr<FileWeights> weights = flags.weights.open(*model, entry);
  std::unique_ptr<Device> device =
      createDevice(model->target, deviceOptions(flags, isSharded(entry) ? ranks : nullptr), model->path);
  Session session(model, entry, *device, weights.get(), /*depth=*/1, ranks ? ranks->rank() : 0);
  std::vector<NamedTensor> outputs = dpsims::execute(session, inputs, weights.get());
  if (ranks && isSharded(entry))
    gatherOutputs(entry, inputs.steps, *ranks, outputs);
  if (!isFirst)
    return true;
  if (!flags.outputs.empty())
    writeOutputs(outputs, flags.outputs);
  return flags.expected.empty() || reportErrors(compareOutputs(outputs, flags.expected, flags.tolerance));
}

} // namespace

void addExecuteCommand(CLI::App &app, int &status) {
  auto flags = std::make_shared<ExecuteFlags>();
  CLI::App *command = app.add_subcommand("execute", "Runs a program on tensors from a file.");
  command->add_option("--model", flags->model, "compiled model")->required()->type_name("FILE");
  command->add_option("--entry", flags->entry, "which program, if the model has several")->type_name("NAME");
  flags->weights.addTo(*command, "weights, safetensors");
  command->add_option("--inputs", flags->inputs, "input tensors by name, safetensors")->required()->type_name("FILE");
  command->add_option("--outputs", flags->outputs, "where the output tensors go, safetensors")->type_name("FILE");
  CLI::Option *expected =
      command->add_option("--expected", flags->expected, "compare the outputs with these tensors")->type_name("FILE");
  command->add_option("--tolerance", flags->tolerance, "largest relative error, norm of the difference over norm")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber)
      ->needs(expected)
      ->type_name("X");
  command->add_option("--steps", flags->steps, "how many steps the inputs must have, for a training program")
      ->check(CLI::Range(int64_t(1), int64_t(1) << 40))
      ->type_name("N");
  flags->device.addTo(*command);
  flags->ranks.addTo(*command);
  command->footer(
      "Examples:\n"
      "  dpsims-run execute --model generator.dpsims --weights weights.safetensors \\\n"
      "      --inputs inputs.safetensors --outputs out.safetensors\n"
      "  dpsims-run execute --model both.dpsims --entry discriminator --weights w.safetensors \\\n"
      "      --inputs in.safetensors --outputs out.safetensors --expected expected.safetensors\n"
      "  dpsims-run execute --model train.dpsims --entry train --weights w.safetensors \\\n"
      "      --inputs ten-steps.safetensors --outputs losses-and-weights.safetensors\n"
      "The inputs of a training program have the steps in front, (steps, batch, ...).\n"
      "With --expected the exit status is 1 if an output misses the tolerance.\n"
      "Under mpirun the ranks share each batch, with a model compiled for as many (--ranks): docs/ranks.md.");
  command->callback([flags, &status] {
    status = withRanks(flags->ranks,
                       [&](const std::shared_ptr<Communicator> &ranks) { return runExecute(*flags, ranks) ? 0 : 1; });
  });
}

} // namespace dpsims
