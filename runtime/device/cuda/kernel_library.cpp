// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/kernel_library.h"

#include "runtime/base/error.h"

#include <cstdint>

namespace dpsims::cuda {

namespace {

constexpr uint64_t maxGrid = INT32_MAX;
constexpr uint32_t maxThreads = 1024;

cudaError_t load(cudaLibrary_t &library, const void *code) {
  cudaError_t status = cudaLibraryLoadData(&library, code, nullptr, nullptr, 0, nullptr, nullptr, 0);
  if (status != cudaSuccess)
    cudaGetLastError(); // else the next launch would report it
  return status;
}

std::string thisChip() {
  int device = 0, major = 0, minor = 0;
  cudaGetDevice(&device);
  cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
  cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device);
  return "sm_" + std::to_string(major) + std::to_string(minor);
}

} // namespace

KernelLibrary::KernelLibrary(const CompiledModel &model) : path(model.path) {
  if (model.cubin.size && load(library, model.cubin.data) == cudaSuccess)
    return;
  cudaError_t status = model.ptx.empty() ? cudaErrorNoKernelImageForDevice : load(library, model.ptx.c_str());
  if (status != cudaSuccess)
    fail(path, ": compiled for ", quoted(model.chip), ", and this GPU is ", thisChip(), " (",
         cudaGetErrorString(status), "): compile for this chip");
}

KernelLibrary::~KernelLibrary() {
  if (library)
    cudaLibraryUnload(library);
}

cudaKernel_t KernelLibrary::find(const Kernel &kernel) const {
  if (kernel.grid == 0 || kernel.grid > maxGrid || kernel.threads == 0 || kernel.threads > maxThreads)
    fail(path, ": kernel ", quoted(kernel.name), ": ", kernel.grid, " blocks of ", kernel.threads,
         " threads cannot be launched; compile the model again");
  cudaKernel_t function = nullptr;
  if (cudaLibraryGetKernel(&function, library, kernel.name.c_str()) != cudaSuccess) {
    cudaGetLastError();
    fail(path, ": the model's code has no kernel ", quoted(kernel.name), "; compile the model again");
  }
  return function;
}

} // namespace dpsims::cuda
