// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/cuda_memory.h"

#include "runtime/base/error.h"
#include "runtime/device/cuda/check.h"

namespace dpsims::cuda {

uint64_t freeGpuMemory() {
  size_t available = 0, total = 0;
  check(cudaMemGetInfo(&available, &total), "cudaMemGetInfo");
  return available;
}

CudaMemory::CudaMemory(uint64_t size) {
  if (size == 0)
    return;
  cudaError_t status = cudaMalloc(&address, size);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError(); // else the next launch would report it
    constexpr uint64_t mib = 1 << 20;
    failDevice(
        ErrorCode::OutOfMemory, "the GPU has ", freeGpuMemory() / mib, " MiB of memory free, and ",
        (size + mib - 1) / mib,
        " MiB more are needed: end other programs that use it, or compile with a smaller --batch or with --recompute");
  }
  check(status, "cudaMalloc");
  bytes = size;
}

CudaMemory::~CudaMemory() {
  if (address)
    cudaFree(address);
}

CudaHostMemory::CudaHostMemory(uint64_t size) {
  if (size == 0)
    return;
  cudaError_t status = cudaMallocHost(&address, size);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError(); // else the next launch would report it
    failDevice(
        ErrorCode::OutOfMemory, "the system gives no ", (size >> 20) + 1,
        " MiB of page-locked memory for copies to the GPU: end other programs, or compile with a smaller --batch");
  }
  check(status, "cudaMallocHost");
  bytes = size;
}

CudaHostMemory::~CudaHostMemory() {
  if (address)
    cudaFreeHost(address);
}

} // namespace dpsims::cuda
