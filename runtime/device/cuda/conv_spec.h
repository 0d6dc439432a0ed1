// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is asked of cuDNN: a convolution alone or with its epilogue, or one of its gradients.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CONV_SPEC_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CONV_SPEC_H

#include "runtime/device/cuda/kernels.h"

#include <algorithm>
#include <cudnn.h>
#include <string>

namespace dpsims::cuda {

/// What a graph computes of dst = conv(src, weights): dst, the gradient of src or that of the weights. The tensors have
/// the same names in all of them: InputGradient makes src of dst and weights, WeightGradient weights of src and dst.
enum class ConvKind : uint8_t { Forward, InputGradient, WeightGradient };

/// Forward: activation(conv(src, weights) + bias) + residual. Alignments are those of the operands' addresses.
struct ConvGraphSpec {
  ConvKind kind = ConvKind::Forward;
  ConvSizes sizes;
  cudnnDataType_t type = CUDNN_DATA_FLOAT;       // of the factors; sums, bias and arithmetic are f32
  cudnnDataType_t resultType = CUDNN_DATA_FLOAT; // of the result and the residual
  bool tf32 = false;                             // f32 operands may be rounded to TF32
  bool hasResidual = false;
  bool hasBias = false;
  Epilogue epilogue; // one that canFuse
  uint32_t srcAlignment = 256, weightsAlignment = 256, dstAlignment = 256, residualAlignment = 256, biasAlignment = 256;

  bool activates() const { return epilogue.activation != Activation::None; }
  bool hasEpilogue() const { return hasResidual || hasBias || activates(); }
  uint32_t leastAlignment() const {
    return std::min({srcAlignment, weightsAlignment, dstAlignment, residualAlignment, biasAlignment});
  }

  /// "conv f32 n1 64x64x128 to 64x64x128, k3x3 s1x1 p1,1,1,1 g1, bias silu, a256,256,256": equal for specs that are
  /// equal but for TF32, which EnginePolicy::prefix tells.
  std::string key() const;
};

/// Whether cuDNN knows the activation.
bool canFuse(Activation activation);

/// Which engines may be taken.
struct EnginePolicy {
  bool tf32 = false;             // f32 operands may be rounded to TF32
  bool nondeterministic = false; // results may differ from run to run in their last bits

  /// "", "tf32 ", "nondeterministic ", "tf32 nondeterministic ": the beginning of a key.
  std::string prefix() const;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CONV_SPEC_H
