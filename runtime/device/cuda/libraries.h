// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The handles of cuDNN, cuBLASLt and NCCL, made when first needed: a plan without convolutions never starts cuDNN. And
// the streams that work goes to, one at a time.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_LIBRARIES_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_LIBRARIES_H

#include "runtime/device/cuda/conv_plans.h"
#include "runtime/device/cuda/ranks.h"

#include <cublasLt.h>
#include <cudnn.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dpsims::cuda {

class Libraries {
public:
  /// For the device that is here. `streams`: by lane; work goes to the first.
  Libraries(const std::vector<cudaStream_t> &streams, const DeviceOptions &options);
  /// For a device that is not: steps can be made, and nothing can be run. `description`: see CudnnTarget::described.
  /// `candidates`: engines at most that are planned for each convolution.
  Libraries(const std::string &description, size_t candidates, const DeviceOptions &options);
  ~Libraries();
  Libraries(const Libraries &) = delete;
  Libraries &operator=(const Libraries &) = delete;

  /// Where the work goes; null where there is no device.
  cudaStream_t stream() const { return lanes[current].stream; }
  cudaStream_t stream(uint32_t lane) const { return lanes[lane].stream; }

  /// Work goes to that lane's stream from now on.
  void enterLane(uint32_t lane) { current = lane; }

  /// The handles; of a device that is here. cuDNN's is the lane's.
  cudnnHandle_t cudnn();
  cublasLtHandle_t cublas();
  bool isHere() const { return here; }

  /// The other ranks' GPUs. The first call returns when all ranks have come.
  Ranks &ranks();

  /// Which engines do the convolutions.
  ConvPlans &convolutions();

  /// Writes new choices to the plan cache.
  void savePlans();

private:
  struct Lane {
    cudaStream_t stream = nullptr;
    cudnnHandle_t cudnn = nullptr;
  };

  std::vector<Lane> lanes{Lane{}};
  uint32_t current = 0;
  DeviceOptions options;
  bool here = true;
  cublasLtHandle_t cublasHandle = nullptr;
  std::optional<ConvPlans> plans;
  std::optional<Ranks> others;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_LIBRARIES_H
