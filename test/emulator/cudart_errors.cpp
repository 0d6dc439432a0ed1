// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Double of cudart: the texts of the status codes that the emulated GPU gives.

#include <cuda_runtime_api.h>

namespace {

struct Text {
  cudaError_t status;
  const char *name, *text;
};

#define STATUS(name) name, #name
constexpr Text texts[] = {
    {STATUS(cudaSuccess), "no error"},
    {STATUS(cudaErrorInvalidValue), "invalid argument"},
    {STATUS(cudaErrorMemoryAllocation), "out of memory"},
    {STATUS(cudaErrorInvalidConfiguration), "invalid configuration argument"},
    {STATUS(cudaErrorInvalidMemcpyDirection), "invalid copy direction for memcpy"},
    {STATUS(cudaErrorInsufficientDriver), "CUDA driver version is insufficient for CUDA runtime version"},
    {STATUS(cudaErrorInvalidDeviceFunction), "invalid device function"},
    {STATUS(cudaErrorNoDevice), "no CUDA-capable device is detected"},
    {STATUS(cudaErrorInvalidDevice), "invalid device ordinal"},
    {STATUS(cudaErrorInvalidKernelImage), "device kernel image is invalid"},
    {STATUS(cudaErrorNoKernelImageForDevice), "no kernel image is available for execution on the device"},
    {STATUS(cudaErrorInvalidPtx), "a PTX JIT compilation failed"},
    {STATUS(cudaErrorInvalidResourceHandle), "invalid resource handle"},
    {STATUS(cudaErrorIllegalState), "the operation cannot be performed in the present state"},
    {STATUS(cudaErrorSymbolNotFound), "named symbol not found"},
    {STATUS(cudaErrorNotReady), "device not ready"},
    {STATUS(cudaErrorIllegalAddress), "an illegal memory access was encountered"},
    {STATUS(cudaErrorLaunchTimeout), "the launch timed out and was terminated"},
    {STATUS(cudaErrorMisalignedAddress), "misaligned address"},
    {STATUS(cudaErrorLaunchFailure), "unspecified launch failure"},
    {STATUS(cudaErrorNotSupported), "operation not supported"},
    {STATUS(cudaErrorStreamCaptureUnsupported), "operation not permitted when stream is capturing"},
    {STATUS(cudaErrorStreamCaptureInvalidated), "operation failed due to a previous error during capture"},
    {STATUS(cudaErrorStreamCaptureMerge), "operation would result in a merge of separate capture sequences"},
    {STATUS(cudaErrorStreamCaptureUnmatched), "capture was not ended in the same stream as it began"},
    {STATUS(cudaErrorStreamCaptureUnjoined), "capturing stream has unjoined work"},
    {STATUS(cudaErrorStreamCaptureIsolation), "dependency created on uncaptured work in another stream"},
    {STATUS(cudaErrorCapturedEvent), "operation not permitted on an event last recorded in a capturing stream"},
    {STATUS(cudaErrorStreamCaptureWrongThread),
     "attempt to terminate a thread-local capture sequence from another thread"},
};
#undef STATUS

const Text *find(cudaError_t status) {
  for (const Text &text : texts)
    if (text.status == status)
      return &text;
  return nullptr;
}

} // namespace

extern "C" {

const char *cudaGetErrorName(cudaError_t status) {
  const Text *text = find(status);
  return text ? text->name : "unrecognized error code";
}

const char *cudaGetErrorString(cudaError_t status) {
  const Text *text = find(status);
  return text ? text->text : "unrecognized error code";
}

} // extern "C"
