// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Activations as cuDNN and our own kernels compute them.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_ACTIVATION_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_ACTIVATION_H

#include "runtime/format/model.h"

#include <cudnn.h>
#include <optional>

namespace dpsims::cuda {

/// What cuDNN calls an activation; nothing for those that it has not.
inline std::optional<cudnnPointwiseMode_t> pointwiseModeOf(Activation activation) {
  switch (activation) {
  case Activation::Relu:
  case Activation::LeakyRelu: // with a slope
    return CUDNN_POINTWISE_RELU_FWD;
  case Activation::Sigmoid:
    return CUDNN_POINTWISE_SIGMOID_FWD;
  case Activation::Silu:
    return CUDNN_POINTWISE_SWISH_FWD;
  case Activation::Gelu:
    return CUDNN_POINTWISE_GELU_FWD; // by erf
  case Activation::Tanh:
    return CUDNN_POINTWISE_TANH_FWD;
  case Activation::Softplus:
    return CUDNN_POINTWISE_SOFTPLUS_FWD;
  case Activation::None:
  case Activation::Clamp:
    break;
  }
  return std::nullopt;
}

#ifdef __CUDACC__
/// NaN stays NaN: no fmaxf in relu.
__device__ inline float activate(float x, Activation activation, float alpha, float beta) {
  switch (activation) {
  case Activation::None:
    return x;
  case Activation::Relu:
    return x < 0 ? 0 : x;
  case Activation::LeakyRelu:
    return x < 0 ? alpha * x : x;
  case Activation::Clamp:
    return x < alpha ? alpha : x > beta ? beta : x;
  case Activation::Sigmoid:
    return 1 / (1 + expf(-x));
  case Activation::Silu:
    return x / (1 + expf(-x));
  case Activation::Gelu:
    return 0.5f * x * (1 + erff(x * 0.70710678118654752f));
  case Activation::Tanh:
    return tanhf(x);
  case Activation::Softplus:
    return (x < 0 ? 0 : x) + log1pf(expf(-fabsf(x)));
  }
  return x;
}
#endif

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_ACTIVATION_H
