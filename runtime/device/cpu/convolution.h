// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A convolution in oneDNN's terms. Internal to runtime/device/cpu.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_CONVOLUTION_H
#define DPSIMS_RUNTIME_DEVICE_CPU_CONVOLUTION_H

#include "runtime/device/cpu/step.h"
#include "runtime/device/plan/convolution.h"

#include <dnnl.hpp>
#include <string>

namespace dpsims {

/// Dimensions in the library's order: source and destination (n, c, h, w), weights ([g,] o, i, h, w).
struct ConvDescs {
  explicit ConvDescs(const ConvSizes &sizes);

  dnnl::memory::dims src, dst, strides, padBegin, padEnd, weights;
  bool hasBias = false;
  dnnl::memory::desc plainWeights, bias;

  /// The library's descriptions with the given formats.
  dnnl::convolution_forward::desc forward(dnnl::prop_kind kind, dnnl::algorithm algorithm,
                                          const dnnl::memory::desc &srcDesc, const dnnl::memory::desc &weightsDesc,
                                          const dnnl::memory::desc &dstDesc) const;
  dnnl::convolution_backward_data::desc backwardData(dnnl::algorithm algorithm, const dnnl::memory::desc &srcDesc,
                                                     const dnnl::memory::desc &weightsDesc,
                                                     const dnnl::memory::desc &dstDesc) const;
  dnnl::convolution_backward_weights::desc backwardWeights(dnnl::algorithm algorithm, const dnnl::memory::desc &srcDesc,
                                                           const dnnl::memory::desc &weightsDesc,
                                                           const dnnl::memory::desc &dstDesc) const;
};

/// A format that the library may choose.
inline dnnl::memory::desc anyDesc(const dnnl::memory::dims &dims) {
  return {dims, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any};
}

/// By the library, directly.
std::unique_ptr<DeviceStep> makeDirectStep(const CpuStepContext &context, const ConvStep &conv);
std::unique_ptr<DeviceStep> makeDirectStep(const CpuStepContext &context, const ConvInputGradientStep &step);
std::unique_ptr<DeviceStep> makeDirectStep(const CpuStepContext &context, const ConvWeightGradientStep &step);

/// Is it a convolution that Winograd's algorithm can do here?
bool canUseWinograd(const ConvSizes &sizes);

/// By Winograd's algorithm; null where it cannot.
std::unique_ptr<DeviceStep> makeWinogradStep(const CpuStepContext &context, const ConvStep &conv);
std::unique_ptr<DeviceStep> makeWinogradStep(const CpuStepContext &context, const ConvInputGradientStep &step);
std::unique_ptr<DeviceStep> makeWinogradStep(const CpuStepContext &context, const ConvWeightGradientStep &step);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_CONVOLUTION_H
