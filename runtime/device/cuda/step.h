// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What making a step for a GPU needs to know, and who makes each.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_STEP_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_STEP_H

#include "runtime/device/cuda/libraries.h"
#include "runtime/device/plan/step.h"

namespace dpsims::cuda {

struct CudaStepContext : StepContext {
  Libraries &libraries;
  Precision precision; // the model's
};

/// A kernel of the model.
std::unique_ptr<DeviceStep> makeLaunchStep(const CudaStepContext &context, const LaunchStep &launch,
                                           const Kernel &kernel, cudaKernel_t function);

/// A convolution and its gradients: by cuDNN, with the epilogue where it knows it; by a direct kernel where cuDNN has
/// no engine.
std::unique_ptr<DeviceStep> makeLibraryStep(const CudaStepContext &context, const ConvStep &step);
std::unique_ptr<DeviceStep> makeLibraryStep(const CudaStepContext &context, const ConvInputGradientStep &step);
std::unique_ptr<DeviceStep> makeLibraryStep(const CudaStepContext &context, const ConvWeightGradientStep &step);

/// A matmul, by cuBLASLt.
std::unique_ptr<DeviceStep> makeLibraryStep(const CudaStepContext &context, const MatmulStep &step);

/// What all ranks' values become, by NCCL. All ranks make their steps of this kind together.
std::unique_ptr<DeviceStep> makeLibraryStep(const CudaStepContext &context, const CollectiveStep &step);

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_STEP_H
