// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_MEMORY_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_MEMORY_H

#include "runtime/device/device.h"

namespace dpsims::cuda {

/// What cudaMalloc aligns to, and every part of a larger allocation too.
constexpr uint64_t memoryAlignment = 256;

inline uint64_t alignUp(uint64_t bytes) { return (bytes + memoryAlignment - 1) / memoryAlignment * memoryAlignment; }

/// Bytes that are free on the current GPU.
uint64_t freeGpuMemory();

class CudaMemory : public DeviceMemory {
public:
  CudaMemory() = default;
  explicit CudaMemory(uint64_t bytes);
  ~CudaMemory() override;
  CudaMemory(CudaMemory &&other) noexcept;
  CudaMemory &operator=(CudaMemory &&other) noexcept;
};

/// Page-locked memory of the host.
class CudaHostMemory : public DeviceMemory {
public:
  explicit CudaHostMemory(uint64_t bytes);
  ~CudaHostMemory() override;
  CudaHostMemory(const CudaHostMemory &) = delete;
  CudaHostMemory &operator=(const CudaHostMemory &) = delete;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_MEMORY_H
