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

ErrorCode codeOf(cudaError_t status) {
  return status == cudaErrorMemoryAllocation ? ErrorCode::OutOfMemory : ErrorCode::Device;
}
ErrorCode codeOf(cublasStatus_t status) {
  return status == CUBLAS_STATUS_ALLOC_FAILED ? ErrorCode::OutOfMemory : ErrorCode::Device;
}
ErrorCode codeOf(cudnnStatus_t status) {
  const bool isMemory = status == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED ||
                        status == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
  return isMemory ? ErrorCode::OutOfMemory : ErrorCode::Device;
}

constexpr const char *causedBefore = ", caused by a step before; run again with --checked to learn by which";

bool isExecutionError(cublasStatus_t status) {
  return status == CUBLAS_STATUS_EXECUTION_FAILED || status == CUBLAS_STATUS_INTERNAL_ERROR;
}

bool isExecutionError(cudnnStatus_t status) {
  const int category = CUDNN_STATUS_CATEGORY(status);
  return category == CUDNN_STATUS_EXECUTION_FAILED || category == CUDNN_STATUS_INTERNAL_ERROR;
}

// A library says only that it failed, and the GPU whether a step before did.
template <typename Status> std::string faultBefore(Status status) {
  const cudaError_t fault = isExecutionError(status) ? cudaDeviceSynchronize() : cudaSuccess;
  return isAsynchronous(fault) ? std::string(": ") + cudaGetErrorString(fault) + causedBefore : "";
}

} // namespace

void check(cudaError_t status, const char *call) {
  if (status != cudaSuccess)
    failDevice(codeOf(status), "CUDA: ", call, ": ", cudaGetErrorString(status),
               isAsynchronous(status) ? causedBefore : "");
}

void check(cublasStatus_t status, const char *call) {
  if (status != CUBLAS_STATUS_SUCCESS)
    failDevice(codeOf(status), "cuBLASLt: ", call, ": ", cublasLtGetStatusString(status), faultBefore(status));
}

void check(cudnnStatus_t status, const char *call) {
  if (status != CUDNN_STATUS_SUCCESS)
    failDevice(codeOf(status), "cuDNN: ", call, ": ", cudnnGetErrorString(status), faultBefore(status));
}

} // namespace dpsims::cuda
