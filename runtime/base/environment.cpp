// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/environment.h"

#include "runtime/base/error.h"

#include <cstdlib>

namespace dpsims {

std::optional<std::string> environmentChoice(const char *variable, std::initializer_list<const char *> choices) {
  const char *value = std::getenv(variable);
  if (!value || !*value)
    return std::nullopt;
  std::string allowed;
  for (const char *choice : choices) {
    if (value == std::string(choice))
      return choice;
    allowed += (allowed.empty() ? "" : " or ") + std::string(choice);
  }
  fail("the environment variable ", variable, " is ", quoted(value), ": it must be ", allowed);
}

std::optional<bool> environmentSwitch(const char *variable) {
  const std::optional<std::string> choice = environmentChoice(variable, {"0", "1"});
  return choice ? std::optional(*choice == "1") : std::nullopt;
}

} // namespace dpsims
