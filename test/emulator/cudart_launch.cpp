// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Double of cudart: launches of kernels.

#include "test/emulator/gpu.h"
#include "test/emulator/modules.h"

#include <cstring>

namespace dpsims::emulated {

namespace {

constexpr unsigned maxThreads = 1024, maxGrid = 65535; // the latter in y and z
constexpr uint64_t maxSharedBytes = 48 * 1024;

cudaError_t statusOf(ptx::Fault::Kind kind) {
  switch (kind) {
  case ptx::Fault::Kind::Misaligned:
    return cudaErrorMisalignedAddress;
  case ptx::Fault::Kind::OutOfBounds:
  case ptx::Fault::Kind::ReadOnly:
    return cudaErrorIllegalAddress;
  case ptx::Fault::Kind::Deadlock:
  case ptx::Fault::Kind::Endless:
    return cudaErrorLaunchTimeout;
  case ptx::Fault::Kind::Syntax:
  case ptx::Fault::Kind::Unsupported:
  case ptx::Fault::Kind::Configuration:
  case ptx::Fault::Kind::Uninitialized:
  case ptx::Fault::Kind::Race:
  case ptx::Fault::Kind::Divergence:
  case ptx::Fault::Kind::DivisionByZero:
    break;
  }
  return cudaErrorLaunchFailure;
}

void requireLaunchable(const ptx::Kernel &kernel, dim3 grid, dim3 block, size_t sharedBytes) {
  unsigned limit = kernel.maxThreads ? kernel.maxThreads : maxThreads;
  bool fits = grid.x > 0 && grid.y > 0 && grid.z > 0 && grid.x <= INT32_MAX && grid.y <= maxGrid && grid.z <= maxGrid &&
              block.x > 0 && block.x <= limit && kernel.sharedBytes + sharedBytes <= maxSharedBytes;
  if (!fits)
    throw CudaError(cudaErrorInvalidConfiguration,
                    kernel.name + ": " + std::to_string(grid.x) + " blocks of " + std::to_string(block.x) +
                        " threads and " + std::to_string(kernel.sharedBytes + sharedBytes) + " bytes of shared memory");
  if (block.y != 1 || block.z != 1)
    throw CudaError(cudaErrorNotSupported, kernel.name + ": blocks of several dimensions are not emulated");
}

ptx::Launch describe(const ptx::Kernel &kernel, dim3 grid, dim3 block, void **arguments, size_t sharedBytes) {
  ptx::Launch launch;
  launch.grid[0] = grid.x, launch.grid[1] = grid.y, launch.grid[2] = grid.z;
  launch.threads = block.x;
  launch.dynamicSharedBytes = static_cast<uint32_t>(sharedBytes);
  launch.parameters.resize(kernel.parameterBytes);
  for (size_t i = 0; i < kernel.parameters.size(); ++i)
    std::memcpy(launch.parameters.data() + kernel.parameters[i].offset, arguments[i], kernel.parameters[i].size);
  return launch;
}

void execute(const ptx::Kernel &kernel, ptx::Launch launch) {
  Gpu &it = gpu();
  ++it.statistics.kernelsRun;
  it.failed |= kernel.name == it.options.failLaunch;
  if (kernel.name == it.options.failLaunch)
    throw DeviceFault(cudaErrorLaunchFailure, kernel.name + ": fails, as it was asked to");
  launch.regions = it.memory.regions();
  ptx::Options options;
  options.races = it.options.races;
  try {
    it.statistics.kernels += ptx::run(kernel, launch, options);
  } catch (const ptx::Fault &fault) {
    throw DeviceFault(statusOf(fault.kind), fault.what());
  }
}

void submit(const void *function, dim3 grid, dim3 block, void **arguments, size_t sharedBytes, cudaStream_t handle) {
  const Code::Kernel &code = kernelOf(function);
  requireRunnable(code);
  const ptx::Kernel &kernel = *code.ptx;
  requireLaunchable(kernel, grid, block, sharedBytes);
  Stream &stream = gpu().scheduler.stream(handle);
  requireCurrent(stream);
  if (!stream.capture)
    ++gpu().statistics.launchCalls;
  gpu().scheduler.submit(stream, {kernel.name, [kernel, launch = describe(kernel, grid, block, arguments,
                                                                          sharedBytes)] { execute(kernel, launch); }});
}

// Between <<<...>>> and the launch that it becomes.
struct Configuration {
  dim3 grid, block;
  size_t sharedBytes;
  cudaStream_t stream;
};
thread_local Configuration configuration;

} // namespace

} // namespace dpsims::emulated

using namespace dpsims::emulated;

extern "C" {

cudaError_t cudaLaunchKernel(const void *function, dim3 grid, dim3 block, void **arguments, size_t sharedBytes,
                             cudaStream_t stream) {
  return call("cudaLaunchKernel", [&] { submit(function, grid, block, arguments, sharedBytes, stream); });
}

cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void *data) {
  return call("cudaLaunchHostFunc", [&] {
    gpu().scheduler.submit(gpu().scheduler.stream(stream), {"host function", [=] { function(data); }});
  });
}

unsigned __cudaPushCallConfiguration(dim3 grid, dim3 block, size_t sharedBytes, CUstream_st *stream) {
  configuration = {grid, block, sharedBytes, stream};
  return 0;
}

cudaError_t __cudaPopCallConfiguration(dim3 *grid, dim3 *block, size_t *sharedBytes, void *stream) {
  *grid = configuration.grid;
  *block = configuration.block;
  *sharedBytes = configuration.sharedBytes;
  *static_cast<cudaStream_t *>(stream) = configuration.stream;
  return cudaSuccess;
}

cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block, void **arguments, size_t sharedBytes,
                               cudaStream_t stream) {
  return cudaLaunchKernel(reinterpret_cast<const void *>(kernel), grid, block, arguments, sharedBytes, stream);
}

} // extern "C"
