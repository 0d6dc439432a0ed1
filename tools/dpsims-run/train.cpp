// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-run/commands.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/image/png.h"
#include "runtime/train/curves.h"
#include "runtime/train/trainer.h"

#include <filesystem>
#include <iostream>
#include <memory>

#include <unistd.h>

namespace dpsims {

namespace {

// A line on stderr; on a terminal the progress line gives way.
void tell(const std::string &text) {
  std::cerr << (::isatty(STDERR_FILENO) ? "\r\x1b[K" : "") << "dpsims-run: " << text << std::endl;
}

//===-------------------------------------------------------------------------------------------------------------===//
// train
//===-------------------------------------------------------------------------------------------------------------===//

struct TrainFlags {
  TrainOptions options;
  DeviceFlags device;
};

// A run that goes on has its own options, but for flags that are given again.
TrainOptions withSavedOptions(const CLI::App &command, const TrainOptions &given) {
  const std::string path = joinPath(given.output, "run.json");
  if (!given.resume || !std::filesystem::exists(path))
    return given;
  TrainOptions saved = given, chosen = given;
  readOptions(path, saved);
  eachOption(chosen, [&](const std::string &name, auto &value) {
    if (command.get_option("--" + name)->count() > 0)
      return;
    eachOption(saved, [&](const std::string &other, auto &kept) {
      if constexpr (std::is_same_v<decltype(value), decltype(kept)>)
        if (name == other)
          value = kept;
    });
  });
  return chosen;
}

void train(const CLI::App &command, const TrainFlags &flags) {
  TrainOptions options = flags.options;
  options.threads = flags.device.threads;
  options.convolution = flags.device.convolution;
  options.tf32 = flags.device.tf32;
  options = withSavedOptions(command, options);
  if (options.model.empty())
    fail("--model is required, unless a run goes on (--resume)");
  Trainer(options, tell).run();
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
void addNumber(CLI::App &command, const std::string &name, Number &number, Number least, const std::string &text) {
  command.add_option(name, number, text)
      ->check(CLI::Range(least, Number(1) << 40))
      ->capture_default_str()
      ->type_name("N");
}

void addNumbers(CLI::App &command, TrainOptions &options) {
  const uint64_t none = 0, one = 1, two = 2;
  addNumber(command, "--steps", options.steps, none, "iterations in all");
  command.add_option("--batch", options.batch, "pictures an iteration: must be what the model is compiled for")
      ->check(CLI::Range(1, 1 << 20))
      ->type_name("N");
  command.add_option("--seed", options.seed, "the same seed gives the same weights, bit for bit")
      ->capture_default_str()
      ->type_name("N");
  command.add_flag("--resume", options.resume, "go on from the newest checkpoint; flags not given are as before");
  addNumber(command, "--checkpoint-every", options.checkpointEvery, one, "iterations from checkpoint to checkpoint");
  addNumber(command, "--keep", options.keep, one, "keep the last N checkpoints");
  addNumber(command, "--keep-every", options.keepEvery, none,
            "and every one whose step is a multiple of N, with its averaged generator; 0: none");
  addNumber(command, "--sample-every", options.sampleEvery, none, "iterations from grid to grid of samples; 0: none");
  addNumber(command, "--validate-every", options.validateEvery, none,
            "iterations from Frechet distance to Frechet distance; 0: none");
  addNumber(command, "--validation-images", options.validationImages, two, "use the first N photos");
  addNumber(command, "--statistics-batches", options.statisticsBatches, one,
            "batches that the averaged generator's statistics are estimated from");
  command.add_option("--data-threads", options.dataThreads, "threads that read pictures ahead")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str()
      ->type_name("N");
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
  requireDirectory(flags.runs[0]);
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
  flags->device.addTo(*command);
  command->footer("Examples:\n"
                  "  dpsims-compile models/configs/camvid-128.json --training --batch 8 -o camvid.dpsims\n"
                  "  dpsims-run train --model camvid.dpsims --data camvid --output run --steps 20000 \\\n"
                  "      --backbone-weights tf_efficientnet_lite0.safetensors\n"
                  "  dpsims-run train --output run --resume\n"
                  "Ctrl-C finishes the iteration and writes a checkpoint. docs/training.md says more.");
  command->callback([flags, command] { train(*command, *flags); });
}

void addExportCommand(CLI::App &app) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App *command = app.add_subcommand("export", "Writes a run's averaged generator, for \"sample\".");
  command->add_option("--run", options->run, "the run's folder")->required()->type_name("RUN");
  command->add_option("-o,--output", options->output, "weights, safetensors")->required()->type_name("FILE");
  command->add_flag("--half", options->half, "matrices as f16: half the size");
  command->add_option("--step", options->step, "of this checkpoint; without: of the newest")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  command->add_option("--model", options->model, "without: the run's")->type_name("FILE");
  command->add_option("--data", options->data, "without: the run's")->type_name("DIR");
  command->add_option("--threads", options->threads, "CPU threads; without: as the run")
      ->check(CLI::Range(0, 4096))
      ->type_name("N");
  command->footer("Example:\n"
                  "  dpsims-run export --run run --half -o camvid.safetensors");
  command->callback([options] { exportAverage(*options, tell); });
}

void addCurvesCommand(CLI::App &app) {
  auto flags = std::make_shared<CurvesFlags>();
  CLI::App *command = app.add_subcommand("curves", "Draws the losses and distances of runs.");
  command->add_option("runs", flags->runs, "folders of runs")->required()->type_name("RUN");
  command->add_option("--column", flags->column, "only this column of losses.csv or validation.csv")->type_name("NAME");
  command->add_option("-o,--output", flags->output, "PNG")->required()->type_name("FILE");
  command->footer("Examples:\n"
                  "  dpsims-run curves run -o curves.png\n"
                  "  dpsims-run curves run-a run-b --column frechet -o distances.png");
  command->callback([flags] { curves(*flags); });
}

} // namespace dpsims
