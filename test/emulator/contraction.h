// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The arithmetic of convolutions and products in f32, for the doubles of cuDNN and cuBLASLt.

#ifndef DPSIMS_TEST_EMULATOR_CONTRACTION_H
#define DPSIMS_TEST_EMULATOR_CONTRACTION_H

#include <cstdint>
#include <vector>

namespace dpsims::emulated {

/// Row-major dst (m, n) = a (m, k) b (k, n) [+ dst]. A transposed operand is stored as (k, m) or (n, k).
struct Product {
  bool transposeA = false, transposeB = false;
  int64_t m, n, k;
  const float *a;
  int64_t lda;
  const float *b;
  int64_t ldb;
  float *dst;
  int64_t ldd;
  bool accumulate = false;
};

void multiply(const Product &product);

/// A convolution of NHWC images; weights in the order (O, H, W, I / groups).
struct ConvShape {
  int64_t batch, inHeight, inWidth, inChannels;
  int64_t outHeight, outWidth, outChannels;
  int64_t kernelHeight, kernelWidth;
  int64_t strideH, strideW, padTop, padLeft;
  int64_t groups;

  int64_t groupIn() const { return inChannels / groups; }
  int64_t groupOut() const { return outChannels / groups; }
  int64_t taps() const { return kernelHeight * kernelWidth; }
  int64_t inputCount() const { return batch * inHeight * inWidth * inChannels; }
  int64_t outputCount() const { return batch * outHeight * outWidth * outChannels; }
  int64_t weightCount() const { return outChannels * taps() * groupIn(); }
};

/// dst of src and weights; src of weights and dst, its gradient; weights likewise.
void convolve(const ConvShape &shape, const float *src, const float *weights, float *dst);
void convolveInputGradient(const ConvShape &shape, float *src, const float *weights, const float *dst);
void convolveWeightGradient(const ConvShape &shape, const float *src, float *weights, const float *dst);

/// `count` values of bf16 in memory.
std::vector<float> widenBf16(const void *memory, int64_t count);
/// The values in bf16, to nearest, halves to even.
void narrowToBf16(const std::vector<float> &values, void *memory);

/// The values with the 10 bits of mantissa of TF32, to nearest.
std::vector<float> roundToTf32(const float *values, int64_t count);

} // namespace dpsims::emulated

#endif // DPSIMS_TEST_EMULATOR_CONTRACTION_H
