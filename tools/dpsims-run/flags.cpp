// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The flags that commands share.

#include "tools/dpsims-run/commands.h"

#include "runtime/base/environment.h"
#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/base/machine.h"
#include "runtime/communicator/launch.h"
#include "runtime/device/device_kind.h"
#include "runtime/device/registry.h"
#include "runtime/sample/provenance.h"
#include "runtime/train/backbone_twin.h"

#include <iostream>

namespace dpsims {

namespace {

// Says on stderr if weights of another backbone would fit the entry as well.
void reportTwin(const CompiledModel &model, const Entry &entry, const std::string &path) {
  const std::string twin = entry.name == "features" ? describeTwin(model, path) : "";
  if (!twin.empty())
    std::cerr << oneLine("dpsims-run: note: " + twin) << "\n";
}

} // namespace

void reportThreads(int threads) {
  if (const int most = availableProcessors(); threads > most)
    std::cerr << "dpsims-run: note: --threads " << threads << ": this process may use "
              << (most == 1 ? "one processor" : std::to_string(most) + " processors") << ", so " << most
              << (most == 1 ? " thread computes" : " threads compute") << ": more would wait for each other\n";
}

CLI::Option *WeightsFlags::addTo(CLI::App &command, const std::string &description) {
  CLI::Option *file = command.add_option("--weights", path, description)->type_name("FILE");
  command.add_option("--prefix", prefix, "use the weights below this name (\"generator\")")->type_name("NAME");
  return file;
}

std::unique_ptr<FileWeights> WeightsFlags::open(const CompiledModel &model, const Entry &entry) const {
  if (path.empty())
    return nullptr;
  auto weights = std::make_unique<FileWeights>(model, entry, path, prefix);
  if (const std::string &found = weights->detectedPrefix(); !found.empty())
    std::cerr << "dpsims-run: " << path << ": using the weights below \"" << found << "\"\n";
  reportTwin(model, entry, path);
  return weights;
}

void GeneratorFlags::addTo(CLI::App &command) {
  command.add_option("--model", model, "compiled model with the program \"sample\"")->required()->type_name("FILE");
  weights.addTo(command, "the generator's weights, safetensors")->required();
}

std::unique_ptr<FileWeights> GeneratorFlags::openWeights(const CompiledModel &loaded) const {
  std::unique_ptr<FileWeights> file = weights.open(loaded, loaded.entry("sample"));
  warnOfProvenance(loaded, weights.path, file->metadata());
  return file;
}

void DeviceFlags::addTo(CLI::App &command) {
  // The library's message for a bad value would name the flag, which nobody gave.
  command.preparse_callback([](size_t) {
    environmentChoice("DPSIMS_CONVOLUTION", {"auto", "direct", "winograd"});
    environmentSwitch("DPSIMS_CHECKED");
  });
  command
      .add_option("--device", device,
                  "a kind, as cpu, or cuda:1 (info --devices lists them); the model must be compiled for it; without: "
                  "the model's")
      ->type_name("NAME");
  command
      .add_option("--threads", threads, "CPU threads, at most one for each processor; 0: OMP_NUM_THREADS, else as many")
      ->check(CLI::Range(0, 4096))
      ->type_name("N");
  command
      .add_option("--convolution", convolution,
                  "how convolutions are done: auto measures each shape once and keeps the choice; CUDA: direct takes "
                  "the library's first proposal")
      ->check(CLI::IsMember({"auto", "direct", "winograd"}))
      ->envname("DPSIMS_CONVOLUTION");
  command.add_option("--plans", plans, "plan cache with those choices, must be for this machine; without: the user's")
      ->type_name("FILE");
  command
      .add_flag_callback(
          "--tf32",
          [] {
            dpsims::fail("--tf32: is the model's: compile it with dpsims-compile --precision tf32, leave --tf32 out");
          })
      ->group(""); // not in --help
  command.add_flag("--no-graph", noGraph, "CUDA: launch each step; do not replay all as one graph");
  command
      .add_option("--streams", streams,
                  "CUDA: spread the steps over N streams where what they read and write allows; needs more memory")
      ->check(CLI::Range(1u, mostStreams))
      ->type_name("N");
  command
      .add_flag("--checked", checked, "CUDA: wait after each step, so that an error names the step that made it; slow")
      ->envname("DPSIMS_CHECKED");
  command.add_flag("--nondeterministic", nondeterministic,
                   "CUDA: use faster engines too whose results differ in the last bits from run to run");
}

DeviceOptions DeviceFlags::options() const {
  DeviceOptions result;
  chooseDevice(device, result);
  reportThreads(threads);
  result.threads = threads;
  result.convolution = convolution == "direct"     ? ConvolutionChoice::Direct
                       : convolution == "winograd" ? ConvolutionChoice::Winograd
                                                   : ConvolutionChoice::Auto;
  result.planCache = plans.empty() ? defaultPlanCache() : plans;
  result.planCacheNamed = !plans.empty();
  result.graphs = !noGraph;
  result.streams = streams;
  result.checked = checked;
  result.nondeterministic = nondeterministic;
  return result;
}

DeviceOptions DeviceFlags::optionsOfRank(Communicator *ranks, const std::string &path) const {
  DeviceOptions result = options();
  result.threads = threadsOfRank(result.threads, ranks);
  if (!ranks)
    return result;
  const int next = localRank(*ranks), count = deviceKind(CompiledModel::load(path)->target).count();
  if (result.index < count)
    result.index = (result.index + next) % count;
  return result;
}

} // namespace dpsims
