// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Status codes of the CUDA libraries as errors.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CHECK_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CHECK_H

#include <cublasLt.h>
#include <cuda_runtime_api.h>
#include <cudnn.h>

namespace dpsims::cuda {

/// DeviceError, unless the call succeeded: "CUDA: cudaMalloc: out of memory". One that came about on the GPU before the
/// call says how to find the step that made it (DeviceOptions::checked), whichever library noticed. Lack of memory has
/// a code of its own.
void check(cudaError_t status, const char *call);
void check(cublasStatus_t status, const char *call);
void check(cudnnStatus_t status, const char *call);

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CHECK_H
