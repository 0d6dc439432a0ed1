// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Built with exceptions, which the runtime's reader throws and the compiler does not know.

#include "tools/dpsims-compile/data_section.h"

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
