// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-run/commands.h"

#include "runtime/base/error.h"
#include "runtime/sample/provenance.h"
#include "runtime/sample/sampler.h"

#include <map>
#include <memory>

namespace dpsims {

namespace {

struct SampleFlags {
  std::string model, weights, prefix;
  SampleOptions options;
  Resize resize = Resize::AsTrained;
  DeviceFlags device;
};

void sample(const SampleFlags &flags) {
  std::shared_ptr<const CompiledModel> model = CompiledModel::load(flags.model);
  Sampler sampler(*model, flags.resize);
  // All that can be wrong with files is found before the long work begins.
  FileWeights weights(*model, sampler.entry(), flags.weights, flags.prefix);
  reportPrefix(flags.weights, weights.detectedPrefix());
  warnOfProvenance(*model, flags.weights, weights.metadata());
  std::vector<SampleFile> files = listSamples(flags.options, sampler.needsInstances());
  sampler.check(files);
  std::unique_ptr<Device> device = createDevice(model->target, flags.device.options(), model->path);
  Session session(model, sampler.entry(), *device, &weights, /*depth=*/2);
  sampler.run(session, files, flags.options.seed);
}

} // namespace

void addSampleCommand(CLI::App &app) {
  auto flags = std::make_shared<SampleFlags>();
  CLI::App *command = app.add_subcommand("sample", "Makes images of label maps.");
  command->add_option("--model", flags->model, "compiled model with the program \"sample\"")
      ->required()
      ->type_name("FILE");
  command->add_option("--weights", flags->weights, "the generator's weights, safetensors")
      ->required()
      ->type_name("FILE");
  command->add_option("--prefix", flags->prefix, "use the weights below this name (\"generator\")")->type_name("NAME");
  command->add_option("--labels", flags->options.labels, "label map: PNG of ids, or of the configuration's palette")
      ->required()
      ->type_name("FILE|DIR");
  command->add_option("--output", flags->options.output, "where images go: NAME.png, or NAME_0.png ... with --samples")
      ->required()
      ->type_name("FILE|DIR");
  command->add_option("--instances", flags->options.instances, "instance maps, for models that take them")
      ->type_name("FILE|DIR");
  const std::map<std::string, Resize> resizes = {{"cover", Resize::Cover}, {"exact", Resize::Exact}};
  command
      ->add_option("--resize", flags->resize,
                   "maps of another shape than the model's: cover keeps theirs and cuts off what sticks out, exact "
                   "squeezes them; without: as in training, data.resize of the configuration")
      ->transform(CLI::CheckedTransformer(resizes).description(""))
      ->type_name("cover|exact");
  command->add_option("--seed", flags->options.seed, "the same seed and file name give the same noise")
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--samples", flags->options.samples, "images of each label map, each with noise of its own")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str()
      ->type_name("N");
  flags->device.addTo(*command);
  command->footer("Examples:\n"
                  "  dpsims-run sample --model sample.dpsims --weights weights.safetensors \\\n"
                  "      --labels street.png --output photo.png\n"
                  "  dpsims-run sample --model sample.dpsims --weights weights.safetensors \\\n"
                  "      --labels val/labels --instances val/instances --output images --samples 4 --seed 7");
  command->callback([flags] { sample(*flags); });
}

} // namespace dpsims
