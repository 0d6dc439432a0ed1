// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The CUDA device lives in a shared library of its own, libdpsims-cuda.so, which is loaded when a model needs it: other
// programs pay for no CUDA library, and run where there is none.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_DEVICE_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_DEVICE_H

#include "runtime/device/convolution_plans.h"

namespace dpsims {

/// Error: libdpsims-cuda.so or a library that it needs is missing; the machine has no CUDA GPU.
std::unique_ptr<Device> createCudaDevice(const DeviceOptions &options);

/// The function that libdpsims-cuda.so exports under the name cudaEntryName.
using CudaEntry = Device *(*)(const DeviceOptions &options);
inline constexpr const char *cudaEntryName = "dpsims_create_cuda_device";

/// Likewise for planConvolutions, under cudaPlansEntryName.
ConvolutionPlans planCudaConvolutions(const CompiledModel &model, const ConvolutionPlansRequest &request);
using CudaPlansEntry = void (*)(const CompiledModel &model, const ConvolutionPlansRequest &request,
                                ConvolutionPlans &result);
inline constexpr const char *cudaPlansEntryName = "dpsims_plan_convolutions";

/// Likewise for describeDevice, under cudaDescribeEntryName.
std::string describeCudaDevice(const DeviceOptions &options);
using CudaDescribeEntry = void (*)(const DeviceOptions &options, std::string &result);
inline constexpr const char *cudaDescribeEntryName = "dpsims_describe_device";

/// A string that it exports under this name: equal in libdpsims-cuda.so and in the program where both were compiled
/// with the same headers.
inline constexpr const char *cudaBoundaryName = "dpsims_cuda_boundary";

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_DEVICE_H
