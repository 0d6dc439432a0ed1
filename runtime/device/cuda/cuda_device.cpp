// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Part of the runtime proper: what it calls in libdpsims-cuda.so.

#include "runtime/device/cuda/cuda_device.h"

#include "runtime/device/cuda/cuda_library.h"

namespace dpsims {

std::unique_ptr<Device> createCudaDevice(const DeviceOptions &options) {
  return std::unique_ptr<Device>(reinterpret_cast<CudaEntry>(loadCudaSymbol(cudaEntryName))(options));
}

ConvolutionPlans planCudaConvolutions(const CompiledModel &model, const ConvolutionPlansRequest &request) {
  if (!request.description.empty())
    pretendCudaDriver();
  ConvolutionPlans result;
  reinterpret_cast<CudaPlansEntry>(loadCudaSymbol(cudaPlansEntryName))(model, request, result);
  return result;
}

} // namespace dpsims
