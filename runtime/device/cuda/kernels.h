// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels of the runtime itself: what convolutions and matmuls leave to be done around the libraries' calls.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_KERNELS_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_KERNELS_H

#include "runtime/device/plan/convolution.h"

#include <cuda_runtime_api.h>

namespace dpsims::cuda {

/// dst[r][c] = activation(src[r][c] + bias[c]) + residual[r][c]; bias and residual may be null. src and residual may be
/// dst.
void launchEpilogue(float *dst, const float *src, const float *bias, const float *residual, uint64_t rows,
                    uint64_t channels, const Epilogue &epilogue, cudaStream_t stream);

/// Weights (O, I, H, W) to (O, H, W, I).
void launchPackWeights(float *dst, const float *src, const ConvSizes &sizes, cudaStream_t stream);

/// Weights (O, H, W, I) to (O, I, H, W).
void launchUnpackWeights(float *dst, const float *src, const ConvSizes &sizes, cudaStream_t stream);

/// The convolution itself, for shapes that cuDNN has no engine for; weights (O, H, W, I).
void launchDirectConv(float *dst, const float *src, const float *weights, const ConvSizes &sizes, cudaStream_t stream);

/// Its gradients, likewise: src from dst, the result's gradient, and weights; weights from src and dst.
void launchDirectInputGradient(float *src, const float *dst, const float *weights, const ConvSizes &sizes,
                               cudaStream_t stream);
void launchDirectWeightGradient(float *weights, const float *src, const float *dst, const ConvSizes &sizes,
                                cudaStream_t stream);

/// Multiply-adds in registers that keep every processor busy; returns how many operations. The sink is one float.
double launchFmaChains(float *sink, uint64_t processors, cudaStream_t stream);

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_KERNELS_H
