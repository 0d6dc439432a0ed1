// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/check.h"

#include "runtime/base/error.h"

namespace dpsims::cuda {

void check(cudaError_t status, const char *call) {
  if (status != cudaSuccess)
    fail("CUDA: ", call, ": ", cudaGetErrorString(status));
}

void check(cublasStatus_t status, const char *call) {
  if (status != CUBLAS_STATUS_SUCCESS)
    fail("cuBLASLt: ", call, ": ", cublasLtGetStatusString(status));
}

void check(cudnnStatus_t status, const char *call) {
  if (status != CUDNN_STATUS_SUCCESS)
    fail("cuDNN: ", call, ": ", cudnnGetErrorString(status));
}

} // namespace dpsims::cuda
