// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_PEAKS_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_PEAKS_H

#include "runtime/device/cuda/libraries.h"
#include "runtime/device/device.h"

namespace dpsims::cuda {

/// What the current GPU can do at best: copies on the device; f32 multiply-adds in registers; products of large
/// matrices by cuBLASLt in TF32 and bf16, where it has them. What the libraries may use comes first: TF32 if that is
/// allowed.
DevicePeaks measureGpuPeaks(Libraries &libraries, cudaStream_t stream);

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_PEAKS_H
