// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-run/commands.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/image/png.h"
#include "runtime/train/curves.h"
#include "runtime/train/export_network.h"
#include "runtime/train/stop_signal.h"
#include "runtime/train/trainer.h"

#include <filesystem>
#include <iostream>
#include <memory>

#include <unistd.h>

namespace dpsims {

namespace {

// A line on stderr; on a terminal the progress line gives way.
void tell(const std::string &text) {
  std::cerr << (::isatty(STDERR_FILENO) ? "\r\x1b[K" : "") << "dpsims-run: " << text
            << "\n"; // std::cerr keeps nothing back
}

//===-------------------------------------------------------------------------------------------------------------===//
// train
//===-------------------------------------------------------------------------------------------------------------===//

struct TrainFlags {
  TrainOptions options;
  DeviceFlags device;
  RankFlags ranks;
};

// A run that goes on has its own options, but for flags that are given again.
TrainOptions withSavedOptions(const CLI::App &command, const TrainOptions &given) {
  const std::string path = joinPath(given.output, "run.json");
  std::error_code ignored;
  if (!given.resume || !std::filesystem::exists(path, ignored))
    return given;
  TrainOptions chosen = given, saved;
  readOptions(path, chosen, [&](const std::string &name) { return command.get_option("--" + name)->count() > 0; });
  readOptions(path, saved, [&](const std::string &name) { return name != "weights"; });
  if (!given.weights.empty() && std::filesystem::absolute(given.weights).lexically_normal() != saved.weights)
    fail(given.output, ": did not begin with --weights ", given.weights,
         saved.weights.empty() ? "" : " but with " + saved.weights,
         ": leave the flag out, or start a new run in another --output");
  return chosen;
}

void train(const CLI::App &command, const TrainFlags &flags, const std::shared_ptr<Communicator> &ranks) {
  TrainOptions options = flags.options;
  options.device = flags.device.device;
  options.threads = flags.device.threads;
  options.convolution = flags.device.convolution;
  options.plans = flags.device.plans;
  options.graphs = !flags.device.noGraph;
  options.streams = flags.device.streams;
  options.checked = flags.device.checked;
  options.nondeterministic = flags.device.nondeterministic;
  options = withSavedOptions(command, options);
  if (options.model.empty())
    fail("--model is required",
         options.resume ? ": " + joinPath(options.output, "run.json") + ", where the run's flags are, does not tell it"
                        : ", unless a run goes on (--resume)");
  requireStorable(options);
  options.ranks = ranks;
  const bool isFirst = !ranks || ranks->rank() == 0;
  if (isFirst)
    reportThreads(options.threads);
  const StopSignal signals;
  Trainer(options, isFirst ? Report(tell) : [](const std::string &) {}).run();
}

void addFiles(CLI::App &command, TrainOptions &options) {
  command.add_option("--model", options.model, "compiled with dpsims-compile --training")->type_name("FILE");
  command.add_option("--data", options.data, "the data set's folder; the built-in shapes need none")->type_name("DIR");
  command.add_option("--output", options.output, "the run's folder: checkpoints, samples, tables")
      ->required()
      ->type_name("RUN");
  command.add_option("--weights", options.weights, "first weights, safetensors: both networks', or a generator's")
      ->type_name("FILE");
  command.add_option("--backbone-weights", options.backboneWeights, "weights of the discriminator's backbone")
      ->type_name("FILE");
  command.add_option("--features-model", options.featuresModel, "has the backbone that judges samples; else the run's")
      ->type_name("FILE");
  command.add_option("--features-weights", options.featuresWeights, "weights of the backbone that judges samples")
      ->type_name("FILE");
}

template <typename Number>
void addNumber(CLI::App &command, const std::string &name, Number &number, const std::string &text) {
  const OptionRange range = rangeOf(name.substr(2));
  command.add_option(name, number, text)
      ->check(CLI::Range(Number(range.least), Number(range.most)))
      ->capture_default_str()
      ->type_name("N");
}

void addNumbers(CLI::App &command, TrainOptions &options) {
  addNumber(command, "--steps", options.steps, "iterations in all");
  command.add_option("--batch", options.batch, "pictures an iteration: must be what the model is compiled for")
      ->check(CLI::Range(1, 1 << 20))
      ->type_name("N");
  command.add_option("--seed", options.seed, "the same seed gives the same weights, bit for bit")
      ->capture_default_str()
      ->type_name("N");
  command.add_flag("--resume", options.resume, "go on from the newest checkpoint; flags not given are as before");
  addNumber(command, "--checkpoint-every", options.checkpointEvery, "iterations from checkpoint to checkpoint");
  addNumber(command, "--keep", options.keep, "keep the last N checkpoints");
  addNumber(command, "--keep-every", options.keepEvery,
            "and every one whose step is a multiple of N, with its averaged generator; 0: none");
  addNumber(command, "--sample-every", options.sampleEvery, "iterations from grid to grid of samples; 0: none");
  addNumber(command, "--validate-every", options.validateEvery,
            "iterations from Frechet distance to Frechet distance; 0: none");
  addNumber(command, "--validation-images", options.validationImages, "use the first N photos");
  addNumber(command, "--evaluate-every", options.evaluateEvery,
            "iterations from evaluation to evaluation, of what --inception, --lpips and --segmenter name; 0: none");
  addNumber(command, "--evaluate-samples", options.evaluateSamples, "of each label map of the validation split");
  addNumber(command, "--statistics-batches", options.statisticsBatches,
            "batches that the averaged generator's statistics are estimated from");
  addNumber(command, "--data-threads", options.dataThreads, "threads that read pictures ahead");
  addNumber(command, "--skip-bad", options.skipBad, "go on in spite of up to N pictures that cannot be read");
}

//===-------------------------------------------------------------------------------------------------------------===//
// curves
//===-------------------------------------------------------------------------------------------------------------===//

struct CurvesFlags {
  std::vector<std::string> runs;
  std::string column, output;
};

void curves(const CurvesFlags &flags) {
  if (flags.runs.size() > 1 && flags.column.empty())
    fail("several runs share a chart of one column: give --column loss/d, or frechet");
  const std::vector<Chart> charts =
      flags.column.empty() ? chartsOfRun(flags.runs[0]) : std::vector<Chart>{chartOfRuns(flags.runs, flags.column)};
  const RgbImage image = drawCharts(charts);
  writeRgbPng(flags.output, image.width, image.height, image.pixels.data());
}

} // namespace

void addTrainCommand(CLI::App &app) {
  auto flags = std::make_shared<TrainFlags>();
  CLI::App *command = app.add_subcommand("train", "Trains a model on pictures and their label maps.");
  addFiles(*command, flags->options);
  addNumbers(*command, flags->options);
  addScoreFlags(*command, flags->options.scores);
  flags->device.addTo(*command);
  flags->ranks.addTo(*command);
  command->footer(
      "Examples:\n"
      "  dpsims-compile models/configs/camvid-128.json --training --batch 8 -o camvid.dpsims\n"
      "  dpsims-run train --model camvid.dpsims --data camvid --output run --steps 20000 \\\n"
      "      --backbone-weights tf_efficientnet_lite0.safetensors\n"
      "  dpsims-run train --output run --resume\n"
      "Ctrl-C finishes the iteration and writes a checkpoint. docs/training.md says more.\n"
      "Under mpirun the ranks share each batch, with a model compiled for as many (--ranks): docs/ranks.md.");
  command->callback([flags, command] {
    withRanks(flags->ranks, [&](const std::shared_ptr<Communicator> &ranks) {
      train(*command, *flags, ranks);
      return 0;
    });
  });
}

void addExportCommand(CLI::App &app) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App *command = app.add_subcommand("export", "Writes a run's network: the averaged generator, for \"sample\".");
  command->add_option("--run", options->run, "the run's folder")->required()->type_name("RUN");
  command->add_option("-o,--output", options->output, "weights, safetensors")->required()->type_name("FILE");
  command
      ->add_option("--network", options->network,
                   "average, of the generator; or generator, discriminator as they train")
      ->check(CLI::IsMember({"average", "generator", "discriminator"}))
      ->type_name("NAME");
  command->add_option("--license", options->license, "what the file says of its license, as CC-BY-4.0")
      ->type_name("TEXT");
  command->add_flag("--half", options->half, "matrices as f16: half the size");
  command->add_option("--step", options->step, "of this checkpoint; without: of the newest")
      ->check(CLI::Range(int64_t(0), int64_t(1) << 40))
      ->type_name("N");
  command->add_option("--model", options->model, "without: the run's")->type_name("FILE");
  command->add_option("--data", options->data, "without: the run's")->type_name("DIR");
  command
      ->add_option("--device", options->device,
                   "a kind, as cpu, or cuda:1 (info --devices lists them); without: as the run")
      ->type_name("NAME");
  command->add_option("--threads", options->threads, "CPU threads; without: as the run")
      ->check(CLI::Range(0, 4096))
      ->type_name("N");
  command->footer("Example:\n"
                  "  dpsims-run export --run run --half -o camvid.safetensors\n"
                  "  dpsims-run export --run run --network discriminator -o discriminator.safetensors");
  command->callback([options] { exportNetwork(*options, tell); });
}

void addCurvesCommand(CLI::App &app) {
  auto flags = std::make_shared<CurvesFlags>();
  CLI::App *command = app.add_subcommand("curves", "Draws the losses and distances of runs.");
  command->add_option("runs", flags->runs, "folders of runs")->required()->type_name("RUN");
  command->add_option("--column", flags->column, "only this column of losses.csv, validation.csv or evaluation.csv")
      ->type_name("NAME");
  command->add_option("-o,--output", flags->output, "PNG")->required()->type_name("FILE");
  command->footer("Examples:\n"
                  "  dpsims-run curves run -o curves.png\n"
                  "  dpsims-run curves run-a run-b --column frechet -o distances.png");
  command->callback([flags] { curves(*flags); });
}

} // namespace dpsims
