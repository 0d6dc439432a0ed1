// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-run/commands.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <filesystem>
#include <vector>

namespace dpsims {

namespace {

namespace fs = std::filesystem;

bool isOutput(const CLI::Option &option) {
  for (const char *name : {"--output", "--outputs", "--json", "--statistics", "--trace", "--describe"})
    if (option.check_name(name))
      return true;
  return false;
}

bool hasType(const CLI::Option &option, const std::string &type) {
  return option.get_type_name().compare(0, type.size(), type) == 0;
}

// The files that an option names, by the type that --help tells.
std::vector<std::string> filesOf(const CLI::Option &option) {
  if (hasType(option, "FILE") || hasType(option, "DIR|FILE") || hasType(option, "DEVICE.json"))
    return option.results();
  std::vector<std::string> files;
  if (hasType(option, "RUN"))
    for (const std::string &run : option.results())
      for (const char *name :
           {"run.json", "losses.csv", "validation.csv", "evaluation.csv", "frozen.safetensors", "pictures.txt"})
        files.push_back(joinPath(run, name));
  return files;
}

void check(const CLI::App &command) {
  std::error_code ignored;
  for (const CLI::Option *output : command.get_options()) {
    if (!isOutput(*output) || !output->count() || !fs::is_regular_file(output->results().front(), ignored))
      continue;
    for (const CLI::Option *input : command.get_options())
      if (!isOutput(*input))
        for (const std::string &path : filesOf(*input))
          if (fs::equivalent(output->results().front(), path, ignored))
            fail(output->results().front(), ": is read, and cannot be the output too: name another for ",
                 output->get_name());
  }
}

} // namespace

void refuseOverwriting(CLI::App &app) {
  for (CLI::App *command : app.get_subcommands([](CLI::App *) { return true; }))
    command->parse_complete_callback([command] { check(*command); });
}

} // namespace dpsims
