// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dpsims-run: executes compiled models.

#include "tools/dpsims-run/commands.h"

#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/format/checksum.h"

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
  dpsims::addSampleCommand(app, status);
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
  dpsims::addEvaluateCommand(app, status);
  dpsims::readNumbersAsWritten(app);
  dpsims::refuseOverwriting(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0) // --help, --version
      return app.exit(error);
    return dpsims::reportError(std::string(error.what()) + " (dpsims-run --help, dpsims-run COMMAND --help)");
  }
  std::cout.flush();
  if (!std::cout)
    return dpsims::reportError("cannot write to standard output: " + dpsims::systemError());
  return status;
}

} // namespace

int dpsims::reportError(const std::string &message) {
  std::cout.flush();
  std::cerr << "dpsims-run: error: " << withoutLineBreaks(message) << "\n";
  return 1;
}

int dpsims::exitStatus(const std::exception &error) {
  const auto *own = dynamic_cast<const dpsims::Error *>(&error);
  return own && own->code() == dpsims::ErrorCode::Diverged ? 3 : 1; // no bad input: a script may go on with another
}

int main(int argc, char **argv) {
  dpsims::setLogSink([](dpsims::LogLevel level, const std::string &line) {
    std::cerr << "dpsims-run: " << name(level) << ": " << line << "\n";
  });
  try {
    return runCommandLine(argc, argv);
  } catch (const std::bad_alloc &) {
    return dpsims::reportError("out of memory");
  } catch (const std::exception &error) {
    dpsims::reportError(error.what());
    return dpsims::exitStatus(error);
  }
}
