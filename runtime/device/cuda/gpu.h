// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The machine's GPUs.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_GPU_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_GPU_H

#include "runtime/device/cuda/chip.h"

#include <cuda_runtime_api.h>

namespace dpsims::cuda {

/// Makes the GPU of that index the current one. Error: there is none, and why: no driver, an old one, none visible,
/// fewer; the libraries are of versions that do not fit.
void openGpu(int index);

/// Makes it the calling thread's current one, once it is open. What was current before is not restored: that would open
/// a GPU that nobody uses.
void enterGpu(int index);

/// "12.8" of 12080.
std::string versionText(int version);

/// The number of GPUs; where there is none, `reason` says why.
int countGpus(std::string &reason);

Chip chipOf(int gpu);

/// "NVIDIA H100 80GB HBM3, sm_90, 79 GiB".
std::string describeGpu(int gpu);

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_GPU_H
