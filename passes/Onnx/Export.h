// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A program with its weights as a file of ONNX (opset 17).

#ifndef DPSIMS_PASSES_ONNX_EXPORT_H
#define DPSIMS_PASSES_ONNX_EXPORT_H

#include "passes/Compiler/Compiler.h"
#include "passes/Onnx/OnnxOptions.h"

namespace dpsims {

/// Writes the one program of the options: its inputs, outputs and weights by their names, the shapes of the batch. Of
/// `options` those of a graph count: input, programs, batch, settings, modelText, outputs. Errors as those of
/// `compile`; an op without a form in ONNX is named with its place. Nothing is left half-written.
llvm::LogicalResult exportOnnx(mlir::MLIRContext *context, const CompileOptions &options, const OnnxOptions &onnx);

} // namespace dpsims

#endif
