// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Part of the runtime proper: what it calls in libdpsims-cuda.so.

#include "runtime/device/cuda/cuda_device.h"

#include "runtime/base/error.h"
#include "runtime/device/cuda/cuda_library.h"

namespace dpsims {

namespace {

void *loadForModel(const char *symbol) {
  try {
    return loadCudaSymbol(symbol);
  } catch (const DeviceError &error) {
    fail<DeviceError>("compiled for cuda, and ", error.what(), "; or compile with --target cpu");
  }
}

} // namespace

std::unique_ptr<Device> createCudaDevice(const DeviceOptions &options) {
  return std::unique_ptr<Device>(reinterpret_cast<CudaEntry>(loadForModel(cudaEntryName))(options));
}

ConvolutionPlans planCudaConvolutions(const CompiledModel &model, const ConvolutionPlansRequest &request) {
  if (!request.description.empty())
    pretendCudaDriver();
  ConvolutionPlans result;
  reinterpret_cast<CudaPlansEntry>(loadForModel(cudaPlansEntryName))(model, request, result);
  return result;
}

std::string describeCudaDevice(const DeviceOptions &options) {
  std::string result;
  reinterpret_cast<CudaDescribeEntry>(loadCudaSymbol(cudaDescribeEntryName))(options, result);
  return result;
}

} // namespace dpsims
