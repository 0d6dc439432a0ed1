// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The flags of dpsims-compile for a file of ONNX.

#ifndef DPSIMS_TOOLS_DPSIMS_COMPILE_ONNX_FLAGS_H
#define DPSIMS_TOOLS_DPSIMS_COMPILE_ONNX_FLAGS_H

#include "passes/Onnx/Export.h"

#include "llvm/Support/CommandLine.h"

namespace dpsims {

llvm::cl::OptionCategory &onnxCategory();

/// Whether --to onnx was given.
bool wantsOnnx();

/// An error where they do not go together, or with `ofModels`, flags of compiled models alone; it is printed.
llvm::LogicalResult checkOnnxFlags(llvm::ArrayRef<const llvm::cl::Option *> ofModels);

/// Nothing without --to onnx.
std::optional<OnnxOptions> onnxOptions(const std::string &output);

/// exportOnnx, in a build that has it: checkOnnxFlags is an error in others.
llvm::LogicalResult exportByFlags(mlir::MLIRContext *context, const CompileOptions &options, const OnnxOptions &onnx);

} // namespace dpsims

#endif
