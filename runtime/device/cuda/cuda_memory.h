// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_MEMORY_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_MEMORY_H

#include "runtime/device/device.h"

namespace dpsims::cuda {

/// What cudaMalloc aligns to, and every part of a larger allocation too.
constexpr uint64_t memoryAlignment = 256;

/// Bytes that are free on the current GPU.
uint64_t freeGpuMemory();

class CudaMemory : public DeviceMemory {
public:
  explicit CudaMemory(uint64_t bytes);
  ~CudaMemory() override;
};

/// Page-locked memory of the host.
class CudaHostMemory : public DeviceMemory {
public:
  explicit CudaHostMemory(uint64_t bytes);
  ~CudaHostMemory() override;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_MEMORY_H
