// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a compilation begins with: a configuration and the models' text, or a dump.

#ifndef DPSIMS_PASSES_COMPILER_SOURCE_H
#define DPSIMS_PASSES_COMPILER_SOURCE_H

#include "passes/Compiler/Compiler.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace dpsims {

/// A module at some stage, and what the compiled model says of its origin.
struct Source {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  Stage stage = Stage::Parse;
  std::string config = "{}"; // the configuration's JSON
  std::string hash;          // SHA-256 of all that was read, in hexadecimal
};

/// Reads the options' input and makes graphs of its programs, unless the last stage is `parse`.
mlir::FailureOr<Source> readSource(mlir::MLIRContext *context, const CompileOptions &options);

/// The module as text from which readSource takes it again, with its target's name.
std::string dumpSource(Source &source);

/// An error if one of the options' outputs is the file `read`.
llvm::LogicalResult checkOverwriting(mlir::MLIRContext *context, const CompileOptions &options, llvm::StringRef read);

/// Whether both name one file, which need not exist.
bool isSamePath(llvm::StringRef a, llvm::StringRef b);

} // namespace dpsims

#endif
