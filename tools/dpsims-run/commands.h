// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The subcommands of dpsims-run. Each adds itself to the application with a callback that does its work; the work
// itself is in runtime/.

#ifndef DPSIMS_TOOLS_DPSIMS_RUN_COMMANDS_H
#define DPSIMS_TOOLS_DPSIMS_RUN_COMMANDS_H

#include "runtime/communicator/communicator.h"
#include "runtime/device/device.h"
#include "runtime/evaluate/score_options.h"
#include "runtime/session/weight_source.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace dpsims {

/// `status` is the process's exit status.
void addExecuteCommand(CLI::App &app, int &status);
void addInitCommand(CLI::App &app);
void addSampleCommand(CLI::App &app, int &status);
void addPaintCommand(CLI::App &app); // where the server is built
void addDataCommand(CLI::App &app);
void addInfoCommand(CLI::App &app);
void addBenchCommand(CLI::App &app);
void addPlansCommand(CLI::App &app);
void addTrainCommand(CLI::App &app);
void addExportCommand(CLI::App &app);
void addCurvesCommand(CLI::App &app);
void addEvaluateCommand(CLI::App &app, int &status);

/// Makes every command that was added read numbers as they are written: 010 is ten, -1 is not a seed.
void readNumbersAsWritten(CLI::App &app);

/// Makes every command that was added refuse an output that is one of the files that it reads.
void refuseOverwriting(CLI::App &app);

/// Says on stderr if there are fewer processors than threads asked for.
void reportThreads(int threads);

/// A file of weights.
struct WeightsFlags {
  std::string path, prefix;

  /// --weights, which is returned, and --prefix.
  CLI::Option *addTo(CLI::App &command, const std::string &description);
  /// Null without a path. Says on stderr which weights of the file were taken, if it was not asked, and whether weights
  /// of another backbone would fit as well.
  std::unique_ptr<FileWeights> open(const CompiledModel &model, const Entry &entry) const;
};

/// A model that samples, and its weights.
struct GeneratorFlags {
  std::string model;
  WeightsFlags weights;

  void addTo(CLI::App &command);
  /// As above; warns of weights that were trained with other settings.
  std::unique_ptr<FileWeights> openWeights(const CompiledModel &loaded) const;
};

/// The flags of what is measured of pictures, for evaluate and train.
void addScoreFlags(CLI::App &command, ScoreOptions &options);

/// The flags that all commands share which run a model.
struct DeviceFlags {
  std::string device, convolution = "auto", plans;
  int threads = 0;
  uint32_t streams = 1;
  bool noGraph = false;
  bool checked = false, nondeterministic = false;

  void addTo(CLI::App &command);
  DeviceOptions options() const;
  /// For work that ranks share without exchanging data, null for one alone, with the model at `path`: each has its part
  /// of a machine's processors, and of its GPUs the next. All call it together.
  DeviceOptions optionsOfRank(Communicator *ranks, const std::string &path) const;
};

/// The flags of commands that several ranks execute together, each a process.
struct RankFlags {
  double timeout;

  RankFlags();
  void addTo(CLI::App &command);
};

/// Does `work` with the ranks that this process is one of, null if it is alone; returns what it returns. If it fails on
/// one of several, that one tells, and all end.
int withRanks(const RankFlags &flags, const std::function<int(const std::shared_ptr<Communicator> &)> &work);

/// Prints what failed, for people. Returns the process's exit status.
int reportError(const std::string &message);

/// The exit status of an error.
int exitStatus(const std::exception &error);

} // namespace dpsims

#endif // DPSIMS_TOOLS_DPSIMS_RUN_COMMANDS_H
