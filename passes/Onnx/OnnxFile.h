// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Weights into a model of ONNX, and that into files: the runtime's readers and writers, which throw.

#ifndef DPSIMS_PASSES_ONNX_ONNXFILE_H
#define DPSIMS_PASSES_ONNX_ONNXFILE_H

#include "passes/Onnx/OnnxOptions.h"
#include "runtime/weights/spec.h"

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

namespace dpsims {

/// Text of the model's own, by a key.
void addMetadata(onnx::ModelProto &model, const std::string &key, const std::string &value);

/// Reads the weights `specs` of the program, of which those that are initializers of the model without data get it, and
/// writes the model. The error's message, empty if there was none.
std::string writeOnnx(onnx::ModelProto &model, const std::vector<WeightSpec> &specs, const OnnxOptions &options);

} // namespace dpsims

#endif
