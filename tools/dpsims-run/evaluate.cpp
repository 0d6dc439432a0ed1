// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-run/commands.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/evaluate/evaluator.h"

#include <iostream>
#include <memory>

namespace dpsims {

namespace {

struct EvaluateFlags {
  EvaluateOptions options;
  DeviceFlags device;
  RankFlags ranks;
  std::string json;
};

// One of those that are given, which are for one kind of device.
std::string anyModel(const EvaluateOptions &options) {
  for (const ProgramFiles *files : {&options.generator, &options.inception, &options.lpips, &options.segmenter})
    if (!files->model.empty())
      return files->model;
  fail("no score is asked for: give --inception, --lpips or --segmenter");
}

void runEvaluate(const EvaluateFlags &flags, Communicator *ranks) {
  const DeviceOptions device =
      ranks ? flags.device.optionsOfRank(ranks, anyModel(flags.options)) : flags.device.options();
  const EvaluationReport report = evaluate(flags.options, device, ranks);
  if (ranks && ranks->rank() > 0)
    return;
  if (!flags.json.empty())
    writeFile(flags.json, describeJson(report));
  std::cout << describeTable(report);
}

void addProgram(CLI::App &command, const std::string &name, ProgramFiles &files, const std::string &help) {
  command.add_option("--" + name, files.model, help)->type_name("FILE");
  command.add_option("--" + name + "-weights", files.weights, "its weights, safetensors")->type_name("FILE");
}

void addSources(CLI::App &command, EvaluateOptions &options) {
  command.add_option("--pictures", options.pictures, "what is judged: PNG and JPEG")->type_name("DIR");
  addProgram(command, "model", options.generator,
             "in place of --pictures: what this compiled model with the program \"sample\" makes of --data");
  command.add_option("--data", options.sampling.directory, "the data set, whose label maps are sampled")
      ->type_name("DIR");
  command.add_option("--split", options.sampling.split, "of the data set")->capture_default_str()->type_name("NAME");
  command.add_option("--samples", options.sampling.samples, "of each label map, each with noise of its own")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str()
      ->type_name("N");
  command.add_option("--seed", options.sampling.seed, "of the noise, and of KID's subsets")
      ->capture_default_str()
      ->type_name("N");
  command.add_option("--workers", options.sampling.workers, "threads that read the data set ahead")
      ->check(CLI::Range(1, 256))
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option("--photos", options.photos,
                  "what pictures are compared with; for FID also statistics, .npz; without: the data set's photos")
      ->type_name("DIR|FILE.npz");
  command.add_option("--labels", options.labels, "label maps of --pictures, by name")->type_name("DIR");
}

} // namespace

void addScoreFlags(CLI::App &command, ScoreOptions &options) {
  addProgram(command, "inception", options.inception, "measures FID: compiled model of the program \"inception\"");
  command.add_flag("--kid", options.kernel, "measures KID too");
  addProgram(command, "lpips", options.lpips,
             "measures LPIPS to the photos of the same names: \"lpips_alex\" or \"lpips_vgg\"");
  command.add_flag("--diversity", options.diversity, "measures LPIPS between the pictures of one label map instead");
  addProgram(command, "segmenter", options.segmenter,
             "measures mIoU: a program with an input \"image\" and an output \"logits\" or \"ids\"");
  command.add_option("--segmenter-program", options.segmenter.entry, "which of the model's")->type_name("NAME");
}

void addEvaluateCommand(CLI::App &app, int &status) {
  auto flags = std::make_shared<EvaluateFlags>();
  CLI::App *command = app.add_subcommand("evaluate", "Measures how good pictures are: FID, KID, LPIPS, mIoU.");
  addSources(*command, flags->options);
  addScoreFlags(*command, flags->options);
  command
      ->add_option("--statistics", flags->options.statistics,
                   "writes the pictures' statistics, as pytorch-fid has them")
      ->type_name("FILE.npz");
  command->add_option("--json", flags->json, "writes all scores")->type_name("FILE");
  flags->device.addTo(*command);
  flags->ranks.addTo(*command);
  command->footer(
      "Examples:\n"
      "  dpsims-compile models/configs/camvid-128.json --program inception --batch 16 -o fid.dpsims\n"
      "  dpsims-run evaluate --pictures samples --photos val --inception fid.dpsims --inception-weights "
      "fid.safetensors\n"
      "  dpsims-run evaluate --model sample.dpsims --model-weights weights.safetensors --data camvid --samples 4 \\\n"
      "      --lpips lpips.dpsims --lpips-weights lpips.safetensors --diversity\n"
      "Under mpirun the ranks share the pictures, with the same models: docs/ranks.md.");
  command->callback([flags, &status] {
    status = withRanks(flags->ranks, [&](const std::shared_ptr<Communicator> &ranks) {
      runEvaluate(*flags, ranks.get());
      return 0;
    });
  });
}

} // namespace dpsims
