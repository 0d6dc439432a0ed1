// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What tools whose command line is a library's add to it.

#ifndef DPSIMS_TOOLS_COMMON_VERSION_AND_HELP_H
#define DPSIMS_TOOLS_COMMON_VERSION_AND_HELP_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace dpsims {

/// Prints the version for --version, and returns whether that was all that is wanted; prints `help` for --help, before
/// the library's own.
inline bool handleVersionAndHelp(int argc, char **argv, llvm::StringRef tool, llvm::StringRef help) {
  for (int i = 1; i < argc; ++i) {
    llvm::StringRef argument(argv[i]);
    if (argument == "--version") {
      llvm::outs() << tool << " " DPSIMS_VERSION "\n";
      return true;
    }
    if (argument == "--help")
      llvm::outs() << help;
  }
  return false;
}

} // namespace dpsims

#endif
