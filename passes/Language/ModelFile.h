// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Model texts and configuration files.

#ifndef DPSIMS_PASSES_LANGUAGE_MODELFILE_H
#define DPSIMS_PASSES_LANGUAGE_MODELFILE_H

#include "dialect/Dialect.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/Support/JSON.h"

namespace dpsims {

/// Replaces the module's imports by the files' contents, recursively. `files` collects the paths read, in order.
mlir::LogicalResult resolveImports(mlir::ModuleOp module, llvm::SmallVectorImpl<std::string> &files);

/// Reads a configuration; errors name the file.
mlir::FailureOr<llvm::json::Object> readConfiguration(mlir::MLIRContext *context, llvm::StringRef path);

/// Puts the file that data.dataset names, relative to the configuration's folder, into the configuration: a model needs
/// no other file. Names of known data sets stay. `files` gets the path.
mlir::LogicalResult embedDataset(mlir::MLIRContext *context, llvm::json::Object &configuration, llvm::StringRef path,
                                 llvm::SmallVectorImpl<std::string> &files);

/// Applies "section.key=value" (the value as JSON, or else as a string).
mlir::LogicalResult applySetting(mlir::MLIRContext *context, llvm::json::Object &configuration,
                                 llvm::StringRef setting);

/// The configuration as parameters of programs: top-level keys, and each `dpsims.section` of the module as a record
/// with the network's defaults filled in. Unknown keys and values of the wrong type are errors that name `path`.
mlir::FailureOr<mlir::DictionaryAttr>
configurationParameters(mlir::ModuleOp module, const llvm::json::Object &configuration, llvm::StringRef path);

/// Makes a graph of each program named (of all if none is) and removes blocks, networks and programs.
mlir::LogicalResult elaborate(mlir::ModuleOp module, llvm::ArrayRef<std::string> programs,
                              mlir::DictionaryAttr parameters);

} // namespace dpsims

#endif
