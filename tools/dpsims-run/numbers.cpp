// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-run/commands.h"

#include "runtime/base/error.h"
#include "runtime/base/number.h"

namespace dpsims {

namespace {

bool hasType(const CLI::Option &option, const std::string &type) {
  const std::string name = option.get_type_name(); // and what it is checked for, as in "N:INT in [1 - 9]"
  return name == type || name.compare(0, type.size() + 1, type + ":") == 0;
}

// The library reads numbers as C does: 010 is eight, -1 is 2^64 - 1, 2^64 is too.
std::string normalizeWhole(std::string &text) {
  try {
    text = std::to_string(wholeNumber(text));
    return "";
  } catch (const Error &error) {
    return error.what();
  }
}

std::string requireFinite(std::string &text) {
  try {
    finiteNumber(text);
    return "";
  } catch (const Error &error) {
    return error.what();
  }
}

} // namespace

void readNumbersAsWritten(CLI::App &app) {
  for (CLI::App *command : app.get_subcommands([](CLI::App *) { return true; }))
    for (CLI::Option *option : command->get_options()) {
      if (hasType(*option, "N"))
        option->transform(CLI::Validator(normalizeWhole, ""));
      if (hasType(*option, "X"))
        option->transform(CLI::Validator(requireFinite, ""));
    }
}

} // namespace dpsims
