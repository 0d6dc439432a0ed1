// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The text files that a compilation reads: of limited size and depth, whatever they hold.

#ifndef DPSIMS_PASSES_LANGUAGE_TEXTFILE_H
#define DPSIMS_PASSES_LANGUAGE_TEXTFILE_H

#include "mlir/IR/BuiltinOps.h"

#include "llvm/Support/MemoryBuffer.h"

namespace dpsims {

/// A whole file or pipe of at most `limit` bytes without zeros (/dev/zero has no end), without a byte order mark. Null
/// after an error at `path`: it cannot be read, is too long, is not text in UTF-8, or brackets nest more than 100 deep
/// within one another (parsers recurse for each).
std::unique_ptr<llvm::MemoryBuffer> readTextFile(mlir::MLIRContext *context, llvm::StringRef path, uint64_t limit);

/// A model's text, as a module; null after an error. It must be a regular file, because it is read twice.
mlir::OwningOpRef<mlir::ModuleOp> parseModelText(mlir::MLIRContext *context, llvm::StringRef path);

} // namespace dpsims

#endif
