// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lib/dpsims/libcuda.so.1, loaded in place of NVIDIA's driver by dpsims-run plans --for: cuDNN makes plans for a GPU
// that is not here, but its engines that compile at run time also load what they compiled, and want a driver for that.
// This one has no device, and says that it loaded everything.

typedef int Status;
enum { success = 0, noDevice = 100, notFound = 500 };

static char something[64];

#define EXPORT __attribute__((visibility("default")))

EXPORT Status cuInit(unsigned flags) { return noDevice; }

EXPORT Status cuDriverGetVersion(int *version) {
  *version = 13000;
  return success;
}

EXPORT Status cuDeviceGetCount(int *count) {
  *count = 0;
  return success;
}

EXPORT Status cuGetErrorString(Status status, const char **text) {
  *text = "there is no CUDA driver";
  return success;
}

EXPORT Status cuGetErrorName(Status status, const char **text) { return cuGetErrorString(status, text); }

EXPORT Status cuGetExportTable(const void **table, const void *id) { return notFound; }

// What is loaded, or taken from it, is a pointer that nobody follows.
#define LOADS(name)                                                                                                    \
  EXPORT Status name(void **result) {                                                                                  \
    *result = something;                                                                                               \
    return success;                                                                                                    \
  }

LOADS(cuLibraryLoadData)
LOADS(cuLibraryLoadFromFile)
LOADS(cuLibraryGetKernel)
LOADS(cuLibraryGetModule)
LOADS(cuKernelGetFunction)
LOADS(cuModuleLoadData)
LOADS(cuModuleLoadDataEx)
LOADS(cuModuleLoadFatBinary)
LOADS(cuModuleGetFunction)

// An attribute of a kernel.
EXPORT Status cuFuncGetAttribute(int *value) {
  *value = 0;
  return success;
}
EXPORT Status cuKernelGetAttribute(int *value) { return cuFuncGetAttribute(value); }

// Whatever else cuDNN asks for has to be there, and is not called before a plan runs.
#define SUCCEEDS(name)                                                                                                 \
  EXPORT Status name(void) { return success; }

SUCCEEDS(cuLaunchKernel)
SUCCEEDS(cuLaunchKernelEx)
SUCCEEDS(cuLaunchCooperativeKernel)
SUCCEEDS(cuLinkCreate)
SUCCEEDS(cuLinkCreate_v2)
SUCCEEDS(cuLinkAddData)
SUCCEEDS(cuLinkAddData_v2)
SUCCEEDS(cuLinkAddFile_v2)
SUCCEEDS(cuLinkComplete)
SUCCEEDS(cuLinkDestroy)
SUCCEEDS(cuDeviceGet)
SUCCEEDS(cuDeviceGetAttribute)
SUCCEEDS(cuDevicePrimaryCtxRetain)
SUCCEEDS(cuDevicePrimaryCtxRelease)
SUCCEEDS(cuDevicePrimaryCtxReset)
SUCCEEDS(cuCtxPushCurrent)
SUCCEEDS(cuCtxPopCurrent)
SUCCEEDS(cuCtxGetCurrent)
SUCCEEDS(cuCtxGetDevice)
SUCCEEDS(cuCtxGetLimit)
SUCCEEDS(cuStreamGetCtx)
SUCCEEDS(cuStreamSynchronize)
SUCCEEDS(cuOccupancyMaxPotentialClusterSize)
SUCCEEDS(cuOccupancyMaxActiveBlocksPerMultiprocessor)
SUCCEEDS(cuLibraryUnload)
SUCCEEDS(cuModuleUnload)
SUCCEEDS(cuModuleGetGlobal_v2)
SUCCEEDS(cuKernelSetAttribute)
SUCCEEDS(cuFuncSetAttribute)
SUCCEEDS(cuMemcpyDtoH_v2)
SUCCEEDS(cuTensorMapEncodeTiled)
