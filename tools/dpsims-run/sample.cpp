// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-run/commands.h"

#include "runtime/base/error.h"
#include "runtime/communicator/launch.h"
#include "runtime/sample/sampler.h"
#include "runtime/sample/split_samples.h"

#include <map>
#include <memory>

namespace dpsims {

namespace {

struct SampleFlags {
  GeneratorFlags generator;
  SampleOptions options;
  DatasetSamplerOptions split;
  bool resume = false;
  Resize resize = Resize::AsTrained;
  DeviceFlags device;
  RankFlags ranks;
};

// The label maps are a data set's.
void sampleSplit(const SampleFlags &flags, Communicator *ranks) {
  if (!flags.options.instances.empty() || flags.resize != Resize::AsTrained)
    fail(flags.options.instances.empty() ? "--resize" : "--instances", ": is for --labels; a data set is read as in "
                                                                       "training: leave the flag out");
  const std::shared_ptr<const CompiledModel> model = CompiledModel::load(flags.generator.model);
  const std::unique_ptr<FileWeights> weights = flags.generator.openWeights(*model);
  const std::unique_ptr<Device> device =
      createDevice(model->target, flags.device.optionsOfRank(ranks, flags.generator.model), model->path);
  DatasetSamplerOptions options = flags.split;
  options.seed = flags.options.seed;
  options.samples = flags.options.samples;
  options.share = shareOf(ranks);
  DatasetSampler sampler(model, *weights, *device, options);
  const WeightsFlags &source = flags.generator.weights;
  writeSamples(sampler, flags.options.output,
               SampleRecord::of(flags.generator.model, source.path, source.prefix, options.seed), flags.resume, ranks);
}

void sample(const SampleFlags &flags, Communicator *ranks) {
  std::shared_ptr<const CompiledModel> model = CompiledModel::load(flags.generator.model);
  Sampler sampler(*model, flags.resize, shareOf(ranks));
  // All that can be wrong with files is found before the long work begins.
  const std::unique_ptr<FileWeights> weights = flags.generator.openWeights(*model);
  std::vector<SampleFile> files = listSamples(flags.options, sampler.needsInstances());
  sampler.check(files);
  std::unique_ptr<Device> device =
      createDevice(model->target, flags.device.optionsOfRank(ranks, flags.generator.model), model->path);
  Session session(model, sampler.entry(), *device, weights.get(), /*depth=*/2);
  sampler.run(session, files, flags.options.seed);
}

void addSplit(CLI::App &command, SampleFlags &flags) {
  CLI::Option *labels = command.get_option("--labels");
  command.add_option("--data", flags.split.directory, "in place of --labels: a data set, cut to size as in training")
      ->excludes(labels)
      ->type_name("DIR");
  command.add_option("--split", flags.split.split, "of the data set")
      ->excludes(labels)
      ->capture_default_str()
      ->type_name("NAME");
  command.add_option("--workers", flags.split.workers, "threads that read the data set ahead")
      ->check(CLI::Range(1, 256))
      ->excludes(labels)
      ->capture_default_str()
      ->type_name("N");
  command.add_flag("--resume", flags.resume, "leave pictures of the data set's label maps that are there")
      ->excludes(labels);
}

} // namespace

void addSampleCommand(CLI::App &app, int &status) {
  auto flags = std::make_shared<SampleFlags>();
  CLI::App *command = app.add_subcommand("sample", "Makes images of label maps.");
  flags->generator.addTo(*command);
  command->add_option("--labels", flags->options.labels, "label map: PNG of ids, or of the configuration's palette")
      ->type_name("FILE|DIR");
  addSplit(*command, *flags);
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
  flags->ranks.addTo(*command);
  command->footer(
      "Examples:\n"
      "  dpsims-run sample --model sample.dpsims --weights weights.safetensors \\\n"
      "      --labels street.png --output photo.png\n"
      "  dpsims-run sample --model sample.dpsims --weights weights.safetensors \\\n"
      "      --labels val/labels --instances val/instances --output images --samples 4 --seed 7\n"
      "  dpsims-run sample --model sample.dpsims --weights weights.safetensors --data camvid --split val \\\n"
      "      --output samples --workers 4 --resume\n"
      "Under mpirun the ranks share the label maps, with the same model: docs/ranks.md.");
  command->callback([command, flags, &status] {
    const bool split = command->count("--data") || command->count("--split");
    if (!split && !command->count("--labels"))
      fail("sample: --labels or --data is required");
    status = withRanks(flags->ranks, [&](const std::shared_ptr<Communicator> &ranks) {
      (split ? sampleSplit : sample)(*flags, ranks.get());
      return 0;
    });
  });
}

} // namespace dpsims
