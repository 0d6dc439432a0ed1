// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/gpu.h"

#include "runtime/base/error.h"
#include "runtime/device/cuda/check.h"
#include "runtime/device/cuda/versions.h"

#include <cstdlib>

namespace dpsims::cuda {

std::string versionText(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

namespace {

// A driver serves every toolkit of its major version and of those before (CUDA's minor version compatibility).
std::string reasonOf(cudaError_t status) {
  int driver = 0;
  if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0)
    return "no CUDA driver is installed: it comes with NVIDIA's driver, as libcuda.so.1";
  constexpr int major = CUDART_VERSION / 1000;
  if (status == cudaErrorInsufficientDriver)
    return "its driver is for CUDA " + versionText(driver) + ", and this build of dpsims was built with CUDA " +
           versionText(CUDART_VERSION) + ": a driver for CUDA " + std::to_string(major) + ".0 or newer is needed";
  if (const char *visible = std::getenv("CUDA_VISIBLE_DEVICES"); visible && status == cudaErrorNoDevice)
    return "CUDA_VISIBLE_DEVICES is " + quoted(visible) + ", which hides every GPU: unset it, or list some, as 0,1";
  return cudaGetErrorString(status);
}

} // namespace

int countGpus(std::string &reason) {
  int count = 0;
  cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaSuccess && count == 0)
    status = cudaErrorNoDevice;
  if (status == cudaSuccess)
    return count;
  cudaGetLastError(); // else the next launch would report it
  reason = reasonOf(status);
  return 0;
}

Chip chipOf(int gpu) {
  Chip chip;
  check(cudaDeviceGetAttribute(&chip.major, cudaDevAttrComputeCapabilityMajor, gpu), "cudaDeviceGetAttribute");
  check(cudaDeviceGetAttribute(&chip.minor, cudaDevAttrComputeCapabilityMinor, gpu), "cudaDeviceGetAttribute");
  return chip;
}

std::string describeGpu(int gpu) {
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, gpu), "cudaGetDeviceProperties");
  return std::string(properties.name) + ", " + chipOf(gpu).name() + ", " +
         std::to_string(properties.totalGlobalMem >> 30) + " GiB";
}

void openGpu(int index) {
  std::string reason;
  if (countGpus(reason) == 0)
    failDevice(ErrorCode::Unavailable, "compiled for cuda, and there is no GPU to run it on: ", reason,
               "; or compile with --target cpu to run on the processor");
  if (const std::string problem = libraryProblem(); !problem.empty())
    failDevice(ErrorCode::Unavailable, "compiled for cuda, and its libraries do not fit: ", problem);
  if (const int count = countGpus(reason); index >= count)
    failDevice(ErrorCode::Unavailable, "there is no GPU ", index, ": ", count, count == 1 ? " is" : " are",
               " here; of several ranks each takes one");
  check(cudaSetDevice(index), "cudaSetDevice");
}

void enterGpu(int index) {
  int current = 0;
  check(cudaGetDevice(&current), "cudaGetDevice");
  if (current != index)
    check(cudaSetDevice(index), "cudaSetDevice");
}

} // namespace dpsims::cuda
