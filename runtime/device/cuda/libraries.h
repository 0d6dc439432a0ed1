// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The handles of cuDNN and cuBLASLt, made when first needed: a plan without convolutions never starts cuDNN.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_LIBRARIES_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_LIBRARIES_H

#include "runtime/device/cuda/conv_plans.h"

#include <cublasLt.h>
#include <cudnn.h>
#include <memory>
#include <optional>
#include <string>

namespace dpsims::cuda {

class Libraries {
public:
  /// For the device that is here.
  Libraries(cudaStream_t stream, const DeviceOptions &options) : queue(stream), options(options) {}
  /// For a device that is not: steps can be made, and nothing can be run. `description`: see CudnnTarget::described.
  /// `candidates`: engines at most that are planned for each convolution.
  Libraries(const std::string &description, size_t candidates, const DeviceOptions &options);
  /// As if a convolution's tensors but its bias were of this type, to ask cuDNN for engines: nothing can be run.
  void pretendType(cudnnDataType_t type) { convolutionType = type; }
  ~Libraries();
  Libraries(const Libraries &) = delete;
  Libraries &operator=(const Libraries &) = delete;

  /// Where the work goes; null where there is no device.
  cudaStream_t stream() const { return queue; }

  /// The handles; of a device that is here.
  cudnnHandle_t cudnn();
  cublasLtHandle_t cublas();
  bool isHere() const { return here; }

  /// True when f32 operands may be rounded to TF32.
  bool allowsTf32() const { return options.tf32; }

  /// What a convolution's tensors are but for its bias.
  cudnnDataType_t tensorType() const { return convolutionType; }

  /// Which engines do the convolutions.
  ConvPlans &convolutions();

  /// Writes new choices to the plan cache.
  void savePlans();

private:
  EnginePolicy policy() const { return {options.tf32, options.nondeterministic}; }

  cudaStream_t queue = nullptr;
  DeviceOptions options;
  bool here = true;
  cudnnDataType_t convolutionType = CUDNN_DATA_FLOAT;
  cudnnHandle_t cudnnHandle = nullptr;
  cublasLtHandle_t cublasHandle = nullptr;
  std::optional<ConvPlans> plans;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_LIBRARIES_H
