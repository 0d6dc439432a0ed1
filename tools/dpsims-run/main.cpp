// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dpsims-run: executes compiled models.

#include "tools/dpsims-run/commands.h"

#include "runtime/base/environment.h"
#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/base/machine.h"
#include "runtime/format/checksum.h"
#include "runtime/train/backbone_twin.h"

#include <iostream>

namespace {

// The library's messages may have several lines.
std::string withoutLineBreaks(std::string text) {
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  for (char &c : text)
    if (c == '\n')
      c = ' ';
  return text;
}

int reportError(const std::string &message) {
  std::cout.flush();
  std::cerr << "dpsims-run: error: " << withoutLineBreaks(message) << std::endl;
  return 1;
}

int runCommandLine(int argc, char **argv) {
  CLI::App app("Executes models that dpsims-compile wrote: trains, samples images, runs any program, measures.",
               "dpsims-run");
  app.require_subcommand(1);
  app.set_version_flag("--version", "dpsims-run " DPSIMS_VERSION " (model format " +
                                        std::to_string(dpsims::format::formatVersion) + ")");
  app.footer("Each command has a --help of its own:\n"
             "  dpsims-run execute --help\n"
             "Errors are one line on stderr; the exit status is then 1, or 3 where training diverged.");
  int status = 0;
  dpsims::addSampleCommand(app);
#ifdef DPSIMS_SERVER
  dpsims::addPaintCommand(app);
#endif
  dpsims::addDataCommand(app);
  dpsims::addExecuteCommand(app, status);
  dpsims::addInitCommand(app);
  dpsims::addInfoCommand(app);
  dpsims::addBenchCommand(app);
  dpsims::addPlansCommand(app);
  dpsims::addTrainCommand(app);
  dpsims::addExportCommand(app);
  dpsims::addCurvesCommand(app);
  dpsims::addEvaluateCommand(app);
  dpsims::readNumbersAsWritten(app);
  dpsims::refuseOverwriting(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0) // --help, --version
      return app.exit(error);
    return reportError(std::string(error.what()) + " (dpsims-run --help, dpsims-run COMMAND --help)");
  }
  std::cout.flush();
  if (!std::cout)
    return reportError("cannot write to standard output: " + dpsims::systemError());
  return status;
}

} // namespace

namespace dpsims {

void reportPrefix(const std::string &path, const std::string &prefix) {
  if (!prefix.empty())
    std::cerr << "dpsims-run: " << path << ": using the weights below \"" << prefix << "\"\n";
}

void reportTwin(const CompiledModel &model, const Entry &entry, const std::string &path) {
  const std::string twin = entry.name == "features" ? describeTwin(model, path) : "";
  if (!twin.empty())
    std::cerr << oneLine("dpsims-run: note: " + twin) << "\n";
}

void reportThreads(int threads) {
  if (const int most = availableProcessors(); threads > most)
    std::cerr << "dpsims-run: note: --threads " << threads << ": this process may use "
              << (most == 1 ? "one processor" : std::to_string(most) + " processors") << ", so " << most
              << (most == 1 ? " thread computes" : " threads compute") << ": more would wait for each other\n";
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

} // namespace dpsims

int main(int argc, char **argv) {
  dpsims::setLogSink([](dpsims::LogLevel level, const std::string &line) {
    std::cerr << "dpsims-run: " << name(level) << ": " << line << "\n";
  });
  try {
    return runCommandLine(argc, argv);
  } catch (const std::bad_alloc &) {
    return reportError("out of memory");
  } catch (const dpsims::Error &error) {
    const int status = reportError(error.what());
    return error.code() == dpsims::ErrorCode::Diverged ? 3 : status; // no bad input: a script may go on with another
  } catch (const std::exception &error) {
    return reportError(error.what());
  }
}
