// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The command line of dpsims-compile.

#ifndef DPSIMS_TOOLS_DPSIMS_COMPILE_FLAGS_H
#define DPSIMS_TOOLS_DPSIMS_COMPILE_FLAGS_H

#include "passes/Compiler/Compiler.h"
#include "passes/Onnx/Export.h"

namespace dpsims {

/// What the command line asks for.
struct Invocation {
  CompileOptions options;
  std::string output;              // a file, or "-"
  std::string report;              // a file, "-", or empty for standard error
  bool statistics;                 // of passes, to standard error
  std::optional<OnnxOptions> onnx; // a file of ONNX is wanted, not a compiled model
};

/// Nothing after an error, which is printed. Ends the program for --help and --version.
std::optional<Invocation> parseFlags(int argc, char **argv);

} // namespace dpsims

#endif
