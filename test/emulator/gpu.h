// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emulated GPU: one for the process. The doubles of cudart, cuBLASLt and cuDNN are calls to it.

#ifndef DPSIMS_TEST_EMULATOR_GPU_H
#define DPSIMS_TEST_EMULATOR_GPU_H

#include "test/emulator/memory.h"
#include "test/emulator/options.h"
#include "test/emulator/scheduler.h"
#include "test/emulator/statistics.h"

#include <cuda_runtime_api.h>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace dpsims::emulated {

/// A call that CUDA refuses, or work that failed. What a program may well ask for has no message; misuse has one, which
/// goes to stderr.
class CudaError : public std::runtime_error {
public:
  explicit CudaError(cudaError_t status, const std::string &message = "") : runtime_error(message), status(status) {}

  cudaError_t status;
};

/// Work on the GPU that failed: from there on every call says so.
class DeviceFault : public CudaError {
public:
  using CudaError::CudaError;
};

struct Gpu {
  Gpu();

  /// Error: the memory of `bytes` is not a live device memory. Says what it is for.
  void checkDevice(const void *address, uint64_t bytes, const std::string &use) const;

  /// Work that a library does: checks that nothing wrong was done since, counts, and waits for its turn.
  void submitLibraryCall(cudaStream_t stream, const std::string &name, std::function<void()> run);

  std::recursive_mutex mutex;
  Options options;
  Memory memory;
  Scheduler scheduler;
  Statistics statistics;
  std::vector<std::pair<std::string, std::function<size_t()>>> counters; // of what can leak
  bool failed = false;                                                   // the kernel of fail-launch came, and failed
  cudaError_t lastError = cudaSuccess;
  cudaError_t stickyError = cudaSuccess; // of failed work; never goes away
};

Gpu &gpu();

/// The device that the calling thread has set.
int &currentDevice();

/// Error: work is given to a stream of another device than the thread's.
void requireCurrent(const Stream &stream);

/// What the absence of a GPU or a driver makes of every call; cudaSuccess if there is one.
cudaError_t deviceStatus();

/// The GPU's driver.
int driverVersion();

/// Runs the body of an entry point of the CUDA runtime: alone, with a GPU, unless one failed before. Makes status codes
/// of its exceptions.
cudaError_t call(const char *name, const std::function<void()> &body);

/// Prints what the error says, and keeps it for the calls to come if work failed.
void keep(const CudaError &error, const char *name);

/// Says at exit, if asked to, how many of these were not given back.
void watchLeaks(const char *what, std::function<size_t()> count);

/// Prints "emulated GPU: ..." to stderr, in printable characters.
void complain(const std::string &message);

} // namespace dpsims::emulated

#endif // DPSIMS_TEST_EMULATOR_GPU_H
