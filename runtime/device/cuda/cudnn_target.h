// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CUDNN_TARGET_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CUDNN_TARGET_H

#include "runtime/device/cuda/descriptor.h"

#include <string>

namespace dpsims::cuda {

/// For which device cuDNN is asked: one that is here, by a handle, or one that is elsewhere, by a description.
class CudnnTarget {
public:
  CudnnTarget() = default;

  /// `handle` is the caller's and must outlive the target.
  static CudnnTarget here(cudnnHandle_t handle);

  /// Reads a file as those in runtime/device/cuda/devices. Errors: those of readDeviceDescription; cuDNN refuses it, or
  /// is older than 9.8.
  static CudnnTarget described(const std::string &path);

  bool isHere() const { return handle != nullptr; }

  /// "NVIDIA H100 80GB HBM3, sm_90, 132 multiprocessors, cuDNN 9.19.0": everything that a plan depends on.
  const std::string &name() const { return deviceName; }

  /// Tells a graph, a heuristic or a plan of the device, before it is finalized.
  void addToGraph(Descriptor &graph) const;
  void addToHeuristic(Descriptor &heuristic) const;
  void addToPlan(Descriptor &plan) const;

private:
  cudnnHandle_t handle = nullptr;
  Descriptor properties;
  std::string deviceName;
};

/// What the file of a description has for the current GPU, as cuDNN tells it. Error: cuDNN is older than 9.8.
std::string describeThisGpu();

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CUDNN_TARGET_H
