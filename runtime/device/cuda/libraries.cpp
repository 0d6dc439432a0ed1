// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/libraries.h"

#include "runtime/device/cuda/check.h"

namespace dpsims::cuda {

Libraries::Libraries(const std::string &description, size_t candidates, const DeviceOptions &options)
    : options(options), here(false) {
  plans.emplace(CudnnTarget::described(description), candidates, policy(), options);
}

Libraries::~Libraries() {
  plans.reset();
  if (cudnnHandle)
    cudnnDestroy(cudnnHandle);
  if (cublasHandle)
    cublasLtDestroy(cublasHandle);
}

cudnnHandle_t Libraries::cudnn() {
  if (!cudnnHandle) {
    check(cudnnCreate(&cudnnHandle), "cudnnCreate");
    check(cudnnSetStream(cudnnHandle, queue), "cudnnSetStream");
  }
  return cudnnHandle;
}

cublasLtHandle_t Libraries::cublas() {
  if (!cublasHandle)
    check(cublasLtCreate(&cublasHandle), "cublasLtCreate");
  return cublasHandle;
}

ConvPlans &Libraries::convolutions() {
  if (!plans) {
    plans.emplace(CudnnTarget::here(cudnn()), 1, policy(), options);
    if (options.convolution == ConvolutionChoice::Auto)
      plans->measureWith(GraphTimer(cudnn(), queue));
  }
  return *plans;
}

void Libraries::savePlans() {
  if (plans)
    plans->save();
}

} // namespace dpsims::cuda
