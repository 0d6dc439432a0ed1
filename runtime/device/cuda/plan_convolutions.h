// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Part of libdpsims-cuda.so: makes a model's plan cache, by making the model's steps and running none.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_PLAN_CONVOLUTIONS_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_PLAN_CONVOLUTIONS_H

#include "runtime/device/convolution_plans.h"

namespace dpsims::cuda {

/// On the GPU of the request's options, or for the one that it describes.
ConvolutionPlans planConvolutions(const CompiledModel &model, const ConvolutionPlansRequest &request);

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_PLAN_CONVOLUTIONS_H
