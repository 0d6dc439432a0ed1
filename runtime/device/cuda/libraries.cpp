// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/libraries.h"

#include "runtime/device/cuda/check.h"

namespace dpsims::cuda {

Libraries::Libraries(const std::vector<cudaStream_t> &streams, const DeviceOptions &options)
    : lanes(streams.size()), options(options) {
  for (size_t i = 0; i < streams.size(); ++i)
    lanes[i].stream = streams[i];
}

Libraries::Libraries(const std::string &description, size_t candidates, const DeviceOptions &options)
    : options(options), here(false) {
  plans.emplace(CudnnTarget::described(description), candidates, options);
}

Libraries::~Libraries() {
  others.reset();
  plans.reset();
  for (const Lane &lane : lanes)
    if (lane.cudnn)
      cudnnDestroy(lane.cudnn);
  if (cublasHandle)
    cublasLtDestroy(cublasHandle);
}

cudnnHandle_t Libraries::cudnn() {
  Lane &lane = lanes[current];
  if (!lane.cudnn) {
    check(cudnnCreate(&lane.cudnn), "cudnnCreate");
    check(cudnnSetStream(lane.cudnn, lane.stream), "cudnnSetStream");
  }
  return lane.cudnn;
}

cublasLtHandle_t Libraries::cublas() {
  if (!cublasHandle)
    check(cublasLtCreate(&cublasHandle), "cublasLtCreate");
  return cublasHandle;
}

ConvPlans &Libraries::convolutions() {
  if (!plans) {
    plans.emplace(CudnnTarget::here(cudnn()), 1, options);
    if (options.convolution == ConvolutionChoice::Auto)
      plans->measureWith(GraphTimer(cudnn(), stream()));
  }
  return *plans;
}

Ranks &Libraries::ranks() {
  if (!others)
    others.emplace(options.ranks);
  return *others;
}

void Libraries::savePlans() {
  if (plans)
    plans->save();
}

} // namespace dpsims::cuda
