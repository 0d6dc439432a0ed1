// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What making a step for the CPU needs to know, and who makes each.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_STEP_H
#define DPSIMS_RUNTIME_DEVICE_CPU_STEP_H

#include "runtime/device/cpu/kernel_library.h"
#include "runtime/device/cpu/primitive.h"
#include "runtime/device/plan/step.h"

namespace dpsims {

class PlanCache;

struct CpuStepContext : StepContext {
  const OneDnn &library;
  Team &team;
  ConvolutionChoice convolution;
  PlanCache &cache;
  Communicator *communicator; ///< null: there is one rank

  /// The buffer, plain in memory, as an operand in the format `packed`. What is not a whole constant is packed on every
  /// call, into the step's workspace, by primitives that go to the end of `before`.
  Operand packedOperand(uint32_t buffer, const dnnl::memory::desc &plain, const dnnl::memory::desc &packed,
                        StepWorkspace &space, PrimitiveList &before) const;
};

/// A kernel of the model.
std::unique_ptr<DeviceStep> makeLaunchStep(const CpuStepContext &context, const Step &step, const LaunchStep &launch,
                                           const Kernel &kernel, KernelFunction function);

/// A convolution and its gradients, by oneDNN or by Winograd's algorithm.
std::unique_ptr<DeviceStep> makeLibraryStep(const CpuStepContext &context, const ConvStep &step);
std::unique_ptr<DeviceStep> makeLibraryStep(const CpuStepContext &context, const ConvInputGradientStep &step);
std::unique_ptr<DeviceStep> makeLibraryStep(const CpuStepContext &context, const ConvWeightGradientStep &step);

std::unique_ptr<DeviceStep> makeLibraryStep(const CpuStepContext &context, const MatmulStep &step);

/// What all ranks' values become, by the communicator.
std::unique_ptr<DeviceStep> makeLibraryStep(const CpuStepContext &context, const CollectiveStep &step);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_STEP_H
