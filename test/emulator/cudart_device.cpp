// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Double of cudart: the device, versions, errors.

#include "test/emulator/gpu.h"

#include <cstdio>

namespace dpsims::emulated {

namespace {

void requireDevice(int device) {
  if (device < 0 || device >= gpu().options.devices)
    throw CudaError(cudaErrorInvalidDevice);
}

void describe(cudaDeviceProp &properties) {
  properties = {};
  std::snprintf(properties.name, sizeof(properties.name), "emulated GPU (PTX on the CPU)");
  properties.major = gpu().options.chip / 10;
  properties.minor = gpu().options.chip % 10;
  properties.totalGlobalMem = gpu().memory.size();
  properties.multiProcessorCount = 8;
  properties.sharedMemPerBlock = 48 * 1024;
  properties.sharedMemPerBlockOptin = 227 * 1024;
  properties.sharedMemPerMultiprocessor = 228 * 1024;
  properties.regsPerBlock = properties.regsPerMultiprocessor = 64 * 1024;
  properties.warpSize = 32;
  properties.maxThreadsPerBlock = 1024;
  properties.maxThreadsPerMultiProcessor = 2048;
  properties.maxThreadsDim[0] = properties.maxThreadsDim[1] = 1024;
  properties.maxThreadsDim[2] = 64;
  properties.maxGridSize[0] = INT32_MAX;
  properties.maxGridSize[1] = properties.maxGridSize[2] = 65535;
  properties.l2CacheSize = 32 << 20;
  properties.unifiedAddressing = 1;
}

int attribute(cudaDeviceAttr name) {
  cudaDeviceProp properties;
  describe(properties);
  switch (name) {
  case cudaDevAttrComputeCapabilityMajor:
    return properties.major;
  case cudaDevAttrComputeCapabilityMinor:
    return properties.minor;
  case cudaDevAttrMultiProcessorCount:
    return properties.multiProcessorCount;
  case cudaDevAttrMaxThreadsPerBlock:
    return properties.maxThreadsPerBlock;
  case cudaDevAttrMaxThreadsPerMultiProcessor:
    return properties.maxThreadsPerMultiProcessor;
  case cudaDevAttrMaxSharedMemoryPerBlock:
    return static_cast<int>(properties.sharedMemPerBlock);
  case cudaDevAttrMaxSharedMemoryPerBlockOptin:
    return static_cast<int>(properties.sharedMemPerBlockOptin);
  case cudaDevAttrMaxRegistersPerBlock:
    return properties.regsPerBlock;
  case cudaDevAttrWarpSize:
    return properties.warpSize;
  case cudaDevAttrL2CacheSize:
    return properties.l2CacheSize;
  case cudaDevAttrClockRate:
  case cudaDevAttrMemoryClockRate:
    return 1000000; // kHz
  case cudaDevAttrGlobalMemoryBusWidth:
    return 64; // bits
  case cudaDevAttrUnifiedAddressing:
    return 1;
  default:
    throw CudaError(cudaErrorInvalidValue, "attribute " + std::to_string(name) + " is not emulated");
  }
}

} // namespace

} // namespace dpsims::emulated

using namespace dpsims::emulated;

extern "C" {

cudaError_t cudaGetDeviceCount(int *count) {
  *count = 0;
  return call("cudaGetDeviceCount", [&] { *count = gpu().options.devices; });
}

cudaError_t cudaGetDevice(int *device) {
  return call("cudaGetDevice", [&] { *device = currentDevice(); });
}

cudaError_t cudaSetDevice(int device) {
  return call("cudaSetDevice", [&] {
    requireDevice(device);
    currentDevice() = device;
  });
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int device) {
  return call("cudaGetDeviceProperties", [&] {
    requireDevice(device);
    describe(*properties);
  });
}

cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr name, int device) {
  return call("cudaDeviceGetAttribute", [&] {
    requireDevice(device);
    *value = attribute(name);
  });
}

// These two work without a device.
cudaError_t cudaDriverGetVersion(int *version) {
  *version = driverVersion();
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int *version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t cudaPeekAtLastError() { return gpu().stickyError != cudaSuccess ? gpu().stickyError : gpu().lastError; }

cudaError_t cudaGetLastError() {
  cudaError_t error = cudaPeekAtLastError();
  gpu().lastError = cudaSuccess;
  return error;
}

} // extern "C"
