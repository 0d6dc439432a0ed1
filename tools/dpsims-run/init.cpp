// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-run/commands.h"

#include "runtime/session/weight_source.h"

#include <algorithm>
#include <memory>

namespace dpsims {

namespace {

struct InitFlags {
  std::string model, entry, output;
  uint64_t seed = 0;
};

// The weights that files must have: of the entry, of the training program if there is one (its weights are all), or of
// all entries.
std::vector<WeightSpec> wantedWeights(const CompiledModel &model, const std::string &entry) {
  bool trains = std::any_of(model.entries.begin(), model.entries.end(),
                            [](const Entry &program) { return program.name == "train"; });
  std::vector<WeightSpec> specs = !entry.empty() ? weightsOf(model, model.entry(entry))
                                  : trains       ? weightsOf(model, model.entry("train"))
                                                 : model.weights;
  specs.erase(std::remove_if(specs.begin(), specs.end(), [](const WeightSpec &spec) { return !spec.required; }),
              specs.end());
  return specs;
}

void initialize(const InitFlags &flags) {
  std::shared_ptr<const CompiledModel> model = CompiledModel::load(flags.model);
  Initializer initializer(model->weights, flags.seed);
  SafetensorsWriter writer(flags.output);
  writer.setMetadata("dpsims.seed", std::to_string(flags.seed));
  writer.setMetadata("dpsims.source_hash", model->sourceHash);
  addInitialized(writer, wantedWeights(*model, flags.entry), initializer);
  writer.write();
}

} // namespace

void addInitCommand(CLI::App &app) {
  auto flags = std::make_shared<InitFlags>();
  CLI::App *command = app.add_subcommand("init", "Writes first weights as a model declares them.");
  command->add_option("--model", flags->model, "compiled model")->required()->type_name("FILE");
  command
      ->add_option("--entry", flags->entry,
                   "only the weights of this program; without: \"train\" if there is one, else all")
      ->type_name("NAME");
  command->add_option("--seed", flags->seed, "the same seed gives the same weights on every machine")
      ->capture_default_str()
      ->type_name("N");
  command->add_option("-o,--output", flags->output, "weights, safetensors")->required()->type_name("FILE");
  command->footer("Example:\n"
                  "  dpsims-run init --model sample.dpsims --seed 1 -o weights.safetensors");
  command->callback([flags] { initialize(*flags); });
}

} // namespace dpsims
