// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Environment variables that stand for flags.

#ifndef DPSIMS_RUNTIME_BASE_ENVIRONMENT_H
#define DPSIMS_RUNTIME_BASE_ENVIRONMENT_H

#include <initializer_list>
#include <optional>
#include <string>

namespace dpsims {

/// The value of a variable that stands for a flag; nothing if it is not set, or empty. Error: it is none of `choices`.
std::optional<std::string> environmentChoice(const char *variable, std::initializer_list<const char *> choices);

/// The same for 0 and 1.
std::optional<bool> environmentSwitch(const char *variable);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_ENVIRONMENT_H
