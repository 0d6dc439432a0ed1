// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Part of the runtime proper: what there is of CUDA. Uses nothing of it, so that it works where nothing is.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_INFO_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_INFO_H

#include "runtime/device/devices.h"

namespace dpsims {

/// Never an error: what is missing is told.
CudaInfo findCuda();

/// The function that libdpsims-cuda.so exports under the name cudaInfoEntryName: fills in what the libraries say.
using CudaInfoEntry = void (*)(CudaInfo &info);
inline constexpr const char *cudaInfoEntryName = "dpsims_cuda_info";

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_INFO_H
