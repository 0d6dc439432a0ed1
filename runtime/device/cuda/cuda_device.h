// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A GPU as a device: cuDNN for convolutions, cuBLASLt for matmuls, generated kernels for the rest. Part of
// libdpsims-cuda.so.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_DEVICE_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_DEVICE_H

#include "runtime/device/device.h"

namespace dpsims::cuda {

/// Opens the GPU `options.index`, as openGpu does.
std::unique_ptr<Device> createCudaDevice(const DeviceOptions &options);

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_DEVICE_H
