// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How a file of ONNX is written: for both sides, that of MLIR and that of the runtime's readers.

#ifndef DPSIMS_PASSES_ONNX_ONNXOPTIONS_H
#define DPSIMS_PASSES_ONNX_ONNXOPTIONS_H

#include <string>

namespace dpsims {

/// What the name of a file of weights beside a model ends in.
inline constexpr const char *dataSuffix = ".data";

/// Where the weights come from, and how they are written. Messages call options by the flags of dpsims-compile.
struct OnnxOptions {
  /// A safetensors file, and the name below which the weights are there ("generator"), which may be empty: it is looked
  /// for as dpsims-run does.
  std::string weights, prefix;
  /// The file to write: ONNX, or its text where the name ends in .textproto.
  std::string output;
  /// "f32"; "f16" or "bf16": how weights of two dimensions and more are stored. What is computed is f32.
  std::string weightType = "f32";
  /// Weights go to a file beside the output, its name and dataSuffix; they do anyway where ONNX's 2 GB are not enough.
  bool externalData = false;
};

} // namespace dpsims

#endif
