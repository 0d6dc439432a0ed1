// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels of the runtime itself: what convolutions and matmuls leave to be done around the libraries' calls.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_KERNELS_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_KERNELS_H

#include "runtime/device/plan/convolution.h"

#include <cuda_runtime_api.h>

namespace dpsims::cuda {

// Elements are of F32 or BF16; arithmetic is f32.

/// dst[r][c] = activation(src[r][c] + bias[c]) + residual[r][c]; bias and residual may be null. src and residual may be
/// dst, and are of its type; the bias is f32.
void launchEpilogue(ElementType type, void *dst, const void *src, const float *bias, const void *residual,
                    uint64_t rows, uint64_t channels, const Epilogue &epilogue, cudaStream_t stream);

/// Weights (O, I, H, W) to (O, H, W, I).
void launchPackWeights(ElementType type, void *dst, const void *src, const ConvSizes &sizes, cudaStream_t stream);

/// Weights (O, H, W, I) to (O, I, H, W).
void launchUnpackWeights(ElementType dstType, void *dst, ElementType srcType, const void *src, const ConvSizes &sizes,
                         cudaStream_t stream);

/// Elements of one type to another.
void launchConversion(ElementType dstType, void *dst, ElementType srcType, const void *src, uint64_t count,
                      cudaStream_t stream);

/// Of both factors of a convolution, and of its result.
struct ProductTypes {
  ElementType factors = ElementType::F32, result = ElementType::F32;
};

/// The convolution itself, for shapes that cuDNN has no engine for; weights (O, H, W, I).
void launchDirectConv(ProductTypes types, void *dst, const void *src, const void *weights, const ConvSizes &sizes,
                      cudaStream_t stream);

/// Its gradients, likewise: src from dst, the result's gradient, and weights; weights from src and dst.
void launchDirectInputGradient(ProductTypes types, void *src, const void *dst, const void *weights,
                               const ConvSizes &sizes, cudaStream_t stream);
void launchDirectWeightGradient(ProductTypes types, void *weights, const void *src, const void *dst,
                                const ConvSizes &sizes, cudaStream_t stream);

/// Multiply-adds in registers that keep every processor busy; returns how many operations. The sink is one float.
double launchFmaChains(float *sink, uint64_t processors, cudaStream_t stream);

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_KERNELS_H
