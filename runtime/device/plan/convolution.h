// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_PLAN_CONVOLUTION_H
#define DPSIMS_RUNTIME_DEVICE_PLAN_CONVOLUTION_H

#include "runtime/format/model.h"

namespace dpsims {

/// Sizes of a convolution on NHWC tensors.
struct ConvSizes {
  int64_t batch, inHeight, inWidth, inChannels;
  int64_t outHeight, outWidth, outChannels;
  int64_t kernelHeight, kernelWidth;
  int64_t strideH, strideW, padTop, padLeft, padBottom, padRight;
  int64_t groups;

  int64_t groupChannels() const { return inChannels / groups; }
  uint64_t inputCount() const { return static_cast<uint64_t>(batch * inHeight * inWidth * inChannels); }
  uint64_t outputCount() const { return static_cast<uint64_t>(batch * outHeight * outWidth * outChannels); }
  uint64_t weightCount() const {
    return static_cast<uint64_t>(outChannels * kernelHeight * kernelWidth * groupChannels());
  }
  double multiplyAdds() const {
    return static_cast<double>(batch * outHeight * outWidth) * static_cast<double>(weightCount());
  }
};

bool operator==(const ConvSizes &a, const ConvSizes &b);

/// Of the convolution that a step is, or whose gradient it is.
ConvSizes convSizes(const Plan &plan, const ConvStep &step);
ConvSizes convSizes(const Plan &plan, const ConvInputGradientStep &step);
ConvSizes convSizes(const Plan &plan, const ConvWeightGradientStep &step);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_PLAN_CONVOLUTION_H
