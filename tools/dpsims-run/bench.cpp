// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-run/commands.h"

#include "runtime/base/file.h"
#include "runtime/communicator/launch.h"
#include "runtime/device/plan/requirements.h"
#include "runtime/session/benchmark.h"

#include <chrono>
#include <iostream>
#include <memory>

namespace dpsims {

namespace {

struct BenchFlags {
  std::string model, entry, json, trace;
  WeightsFlags weights;
  int runs = 10;
  DeviceFlags device;
  RankFlags ranks;
};

std::unique_ptr<WeightSource> openWeights(const CompiledModel &model, const Entry &entry, const BenchFlags &flags) {
  std::unique_ptr<WeightSource> weights = flags.weights.open(model, entry);
  return weights ? std::move(weights) : std::make_unique<InitialWeights>(model, 1);
}

// `ranks`: those that execute the entry together; null: there is one.
std::unique_ptr<Device> openDevice(const CompiledModel &model, const BenchFlags &flags,
                                   const std::shared_ptr<Communicator> &ranks) {
  DeviceOptions options = flags.device.options();
  options.communicator = ranks;
  options.threads = threadsOfRank(options.threads, ranks.get());
  return createDevice(model.target, options, model.path);
}

void tell(const BenchmarkResult &result, const BenchFlags &flags) {
  printBenchmark(result, std::cout);
  if (!flags.json.empty())
    writeFile(flags.json, benchmarkJson(result));
  if (!flags.trace.empty())
    writeFile(flags.trace, benchmarkTrace(result));
}

// Of several ranks the first tells. What is not for all of them together is done by the first alone.
void bench(const BenchFlags &flags, std::shared_ptr<Communicator> ranks) {
  std::shared_ptr<const CompiledModel> model = CompiledModel::load(flags.model);
  const Entry &entry = model->entry(flags.entry);
  requireRanks(*model, entry, ranks ? ranks->size() : 1);
  const bool isFirst = !ranks || ranks->rank() == 0;
  if (!isSharded(entry)) {
    if (!isFirst)
      return;
    ranks = nullptr;
  }
  std::unique_ptr<WeightSource> weights = openWeights(*model, entry, flags);
  std::unique_ptr<Device> device = openDevice(*model, flags, ranks);
  auto start = std::chrono::steady_clock::now();
  Session session(model, entry, *device, weights.get());
  double loadSeconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  BenchmarkResult result = runBenchmark(session, *device, flags.runs, ranks.get());
  result.loadSeconds = loadSeconds;
  if (isFirst)
    tell(result, flags);
}

} // namespace

void addBenchCommand(CLI::App &app) {
  auto flags = std::make_shared<BenchFlags>();
  CLI::App *command = app.add_subcommand("bench", "Times a program on random inputs: in total, by kind, by step.");
  command->add_option("--model", flags->model, "compiled model")->required()->type_name("FILE");
  command->add_option("--entry", flags->entry, "which program, if the model has several")->type_name("NAME");
  flags->weights.addTo(*command, "weights, safetensors; without: first weights");
  command->add_option("--runs", flags->runs, "how often")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--json", flags->json, "write every figure there")->type_name("FILE");
  command->add_option("--trace", flags->trace, "write the steps there, for chrome://tracing or Perfetto")
      ->type_name("FILE");
  flags->device.addTo(*command);
  flags->ranks.addTo(*command);
  command->footer(
      "Examples:\n"
      "  dpsims-run bench --model generator.dpsims\n"
      "  dpsims-run bench --model generator.dpsims --weights weights.safetensors --threads 8 \\\n"
      "      --runs 50 --json times.json\n"
      "  mpirun -n 2 dpsims-run bench --model training-2.dpsims --entry train --runs 5\n"
      "Percentages are of the device's peaks, measured in the same run.\n"
      "Under mpirun the ranks share each batch, with a model compiled for as many (--ranks): docs/ranks.md.");
  command->callback([flags] {
    withRanks(flags->ranks, [&](const std::shared_ptr<Communicator> &ranks) {
      bench(*flags, ranks);
      return 0;
    });
  });
}

} // namespace dpsims
