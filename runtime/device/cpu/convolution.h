// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A convolution in oneDNN's terms. Internal to runtime/device/cpu.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_CONVOLUTION_H
#define DPSIMS_RUNTIME_DEVICE_CPU_CONVOLUTION_H

#include "runtime/device/cpu/blocked_layout.h"
#include "runtime/device/cpu/step.h"

#include <dnnl.hpp>
#include <string>

namespace dpsims {

/// Dimensions in the library's order: source and destination (n, c, h, w), weights ([g,] o, i, h, w).
struct ConvDescs {
  ConvDescs(const Plan &plan, const ConvStep &conv);

  dnnl::memory::dims src, weights, dst, strides, padBegin, padEnd;
  bool hasBias;
  dnnl::memory::desc plainWeights, bias;
  ImageShape srcImage, dstImage;

  /// The library's description with the given formats.
  dnnl::convolution_forward::desc describe(dnnl::algorithm algorithm, const dnnl::memory::desc &srcDesc,
                                           const dnnl::memory::desc &weightsDesc,
                                           const dnnl::memory::desc &dstDesc) const;
};

std::unique_ptr<CpuStep> makeDirectStep(const StepContext &context, const ConvStep &conv);

/// Null where the library has no Winograd algorithm for it.
std::unique_ptr<CpuStep> makeWinogradStep(const StepContext &context, const ConvStep &conv, bool sourceIsBlocked);

/// True when Winograd's algorithm, with the changes of layout around it, was faster in a measurement; the measurement
/// is made once for each shape, the choice then kept in the context's cache.
bool preferWinograd(const StepContext &context, const ConvStep &conv, bool sourceIsBlocked);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_CONVOLUTION_H
