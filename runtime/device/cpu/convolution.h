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

/// What a convolution's tensors are of, `dst` being its result; of a gradient too.
struct ConvTypes {
  DataType src, weights, dst;
};

/// The types of a step's tensors. The weights of a product are computed with in the type of what they multiply,
/// whatever they are in memory.
ConvTypes convTypes(const StepContext &context, const ConvStep &step);
ConvTypes convTypes(const StepContext &context, const ConvInputGradientStep &step);
/// The result is f32 while slabs are added to it.
ConvTypes convTypes(const StepContext &context, const ConvWeightGradientStep &step);

/// Dimensions in the library's order: source and destination (n, c, h, w), weights ([g,] o, i, h, w).
struct ConvDescs {
  ConvDescs(const ConvSizes &sizes, const ConvTypes &types);

  ConvTypes types;
  dnnl::memory::dims src, dst, strides, padBegin, padEnd, weights;
  bool hasBias = false;
  dnnl::memory::desc bias;

  dnnl::memory::desc srcDesc() const { return nhwcDesc(src, types.src); }
  dnnl::memory::desc dstDesc() const { return nhwcDesc(dst, types.dst); }
  dnnl::memory::desc anyWeights() const { return anyDesc(weights, types.weights); }
  /// As the model has them.
  dnnl::memory::desc plainWeights(ElementType type) const { return plainDesc(weights, dataType(type)); }

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

/// By the library, directly.
std::unique_ptr<DeviceStep> makeDirectStep(const CpuStepContext &context, const ConvStep &conv);
std::unique_ptr<DeviceStep> makeDirectStep(const CpuStepContext &context, const ConvInputGradientStep &step);
std::unique_ptr<DeviceStep> makeDirectStep(const CpuStepContext &context, const ConvWeightGradientStep &step);

/// Is it a convolution that Winograd's algorithm can do here?
bool canUseWinograd(const ConvSizes &sizes);

/// By Winograd's algorithm, which computes in f32; null where it cannot.
std::unique_ptr<DeviceStep> makeWinogradStep(const CpuStepContext &context, const ConvStep &conv);
std::unique_ptr<DeviceStep> makeWinogradStep(const CpuStepContext &context, const ConvInputGradientStep &step);
std::unique_ptr<DeviceStep> makeWinogradStep(const CpuStepContext &context, const ConvWeightGradientStep &step);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_CONVOLUTION_H
