// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/libraries.h"

#include "runtime/device/cuda/check.h"

namespace dpsims::cuda {

Libraries::~Libraries() {
  graphs.clear();
  if (cudnnHandle)
    cudnnDestroy(cudnnHandle);
  if (cublasHandle)
    cublasLtDestroy(cublasHandle);
}

cudnnHandle_t Libraries::cudnn() {
  if (!cudnnHandle) {
    check(cudnnCreate(&cudnnHandle), "cudnnCreate");
    check(cudnnSetStream(cudnnHandle, stream), "cudnnSetStream");
  }
  return cudnnHandle;
}

cublasLtHandle_t Libraries::cublas() {
  if (!cublasHandle)
    check(cublasLtCreate(&cublasHandle), "cublasLtCreate");
  return cublasHandle;
}

std::shared_ptr<const ConvGraph> Libraries::findGraph(const ConvGraphSpec &spec) {
  auto [found, isNew] = graphs.try_emplace(spec.key());
  if (isNew)
    found->second = ConvGraph::find(cudnn(), spec, tf32);
  return found->second;
}

} // namespace dpsims::cuda
