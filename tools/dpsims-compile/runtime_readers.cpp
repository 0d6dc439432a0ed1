// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Built with exceptions, which the runtime's readers throw and the compiler does not know.

#include "tools/dpsims-compile/runtime_readers.h"

#include "runtime/base/number.h"
#include "runtime/data/configuration.h"

#include <exception>

std::string dpsims::dataSectionFault(const std::string &configuration, const std::string &path) {
  try {
    DataConfiguration::parse(configuration, path);
    return "";
  } catch (const std::exception &error) {
    return error.what();
  }
}

std::optional<uint64_t> dpsims::readWholeNumber(const std::string &text) {
  try {
    return wholeNumber(text);
  } catch (const std::exception &) {
    return std::nullopt;
  }
}
