// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/check.h"

#include "runtime/base/error.h"

#include <string>

namespace dpsims::cuda {

namespace {

// Whether the error came about on the GPU, some time before the call that reports it.
bool isAsynchronous(cudaError_t status) {
  switch (status) {
  case cudaErrorIllegalAddress:
  case cudaErrorMisalignedAddress:
  case cudaErrorInvalidAddressSpace:
  case cudaErrorInvalidPc:
  case cudaErrorIllegalInstruction:
  case cudaErrorHardwareStackError:
  case cudaErrorLaunchFailure:
  case cudaErrorLaunchTimeout:
  case cudaErrorAssert:
  case cudaErrorECCUncorrectable:
    return true;
  default:
    return false;
  }
}

constexpr const char *causedBefore = ", caused by a step before; run again with --checked to learn by which";

// A library says only that it failed, and the GPU whether a step before did.
std::string faultOfGpu() {
  const cudaError_t status = cudaDeviceSynchronize();
  return isAsynchronous(status) ? std::string(": ") + cudaGetErrorString(status) + causedBefore : "";
}

} // namespace

void check(cudaError_t status, const char *call) {
  if (status != cudaSuccess)
    fail("CUDA: ", call, ": ", cudaGetErrorString(status), isAsynchronous(status) ? causedBefore : "");
}

void check(cublasStatus_t status, const char *call) {
  if (status != CUBLAS_STATUS_SUCCESS)
    fail("cuBLASLt: ", call, ": ", cublasLtGetStatusString(status), faultOfGpu());
}

void check(cudnnStatus_t status, const char *call) {
  if (status != CUDNN_STATUS_SUCCESS)
    fail("cuDNN: ", call, ": ", cudnnGetErrorString(status), faultOfGpu());
}

} // namespace dpsims::cuda
