// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the tests of the compiler's library need.

#ifndef DPSIMS_TEST_COMPILER_SUPPORT_H
#define DPSIMS_TEST_COMPILER_SUPPORT_H

#include "model_generated.h"
#include "passes/Compiler/Compiler.h"
#include "passes/Registration.h"

#include "mlir/IR/Diagnostics.h"

#include <gtest/gtest.h>

namespace dpsims::test {

/// A compilation in a context of its own, and what it says.
struct Compiled {
  explicit Compiled(const CompileOptions &options) {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    mlir::MLIRContext context(registry);
    mlir::ScopedDiagnosticHandler handler(
        &context, [this](mlir::Diagnostic &diagnostic) { messages += diagnostic.str() + "\n"; });
    mlir::FailureOr<CompileResult> compiled = compile(&context, options);
    succeeded = llvm::succeeded(compiled);
    if (succeeded)
      result = std::move(*compiled);
  }

  /// The compiled model, null if it is none.
  const format::Model *model() const {
    auto bytes = reinterpret_cast<const uint8_t *>(result.output.data());
    flatbuffers::Verifier verifier(bytes, result.output.size());
    return succeeded && format::VerifyModelBuffer(verifier) ? format::GetModel(bytes) : nullptr;
  }

  bool succeeded = false;
  CompileResult result;
  std::string messages; // errors and warnings, a line each
};

/// The generator of the smallest configuration.
inline CompileOptions tinyGenerator() {
  CompileOptions options;
  options.input = DPSIMS_SOURCE "/models/configs/tiny.json";
  options.modelText = DPSIMS_SOURCE "/models/programs.mlir";
  options.programs = {"generator"};
  return options;
}

/// The dump of a graph with a convolution and two kernels.
inline CompileOptions smallNetwork() {
  CompileOptions options;
  options.input = DPSIMS_SOURCE "/test/Tools/Inputs/small-network.mlir";
  return options;
}

inline bool contains(llvm::StringRef text, llvm::StringRef part) { return text.contains(part); }

} // namespace dpsims::test

#endif
