// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the CUDA libraries say of themselves and of the GPUs.

#include "runtime/base/error.h"
#include "runtime/device/cuda/check.h"
#include "runtime/device/cuda/cuda_info.h"
#include "runtime/device/cuda/cuda_memory.h"
#include "runtime/device/cuda/gpu.h"
#include "runtime/device/cuda/versions.h"

namespace dpsims::cuda {

namespace {

void setVersion(CudaInfo &info, const std::string &prefix, size_t version) {
  for (LibraryInfo &library : info.libraries)
    if (library.name.compare(0, prefix.size(), prefix) == 0)
      library.version = libraryVersion(version);
}

GpuInfo describe(int gpu) {
  check(cudaSetDevice(gpu), "cudaSetDevice");
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, gpu), "cudaGetDeviceProperties");
  return {properties.name, chipOf(gpu).name(), properties.totalGlobalMem, freeGpuMemory()};
}

void fillIn(CudaInfo &info) {
  setVersion(info, "libcudnn", cudnnGetVersion());
  setVersion(info, "libcublasLt", cublasLtGetVersion());
  if (info.problem.empty())
    info.problem = libraryProblem();
  int driver = 0;
  bool answers = cudaDriverGetVersion(&driver) == cudaSuccess && driver != 0;
  info.driver = answers ? versionText(driver) : "";
  std::string reason;
  const int count = countGpus(reason);
  for (int gpu = 0; gpu < count; ++gpu)
    info.gpus.push_back(describe(gpu));
  if (count == 0 && info.problem.empty())
    info.problem = reason;
}

} // namespace

} // namespace dpsims::cuda

extern "C" __attribute__((visibility("default"))) void dpsims_cuda_info(dpsims::CudaInfo &info) {
  try {
    dpsims::cuda::fillIn(info);
  } catch (const dpsims::Error &error) {
    info.problem = error.what();
  }
}
