// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What dpsims-compile writes: files, and lines of messages.
#ifndef DPSIMS_TOOLS_DPSIMS_COMPILE_OUTPUT_H
#define DPSIMS_TOOLS_DPSIMS_COMPILE_OUTPUT_H

#include "mlir/IR/Diagnostics.h"

#include <string>

namespace dpsims {

/// Writes beside the target and renames: a full disk leaves no half of a file. A device or a pipe is written itself,
/// not replaced; "-" is standard output. Returns what went wrong, without the path; empty if nothing did.
std::string writeFile(llvm::StringRef path, llvm::StringRef bytes);

/// "dpsims-compile: error: ", and the message.
void printError(const llvm::Twine &message);
/// The same, for a function that ends with it.
llvm::LogicalResult fail(const llvm::Twine &message);

/// An error with its place in a text, if it has one, and its notes: a line each.
void printDiagnostic(mlir::Diagnostic &diagnostic);

} // namespace dpsims

#endif
