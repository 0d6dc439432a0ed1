// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/gpu.h"

#include <cstdio>
#include <cstdlib>

namespace dpsims::emulated {

namespace {

Options optionsOfEnvironment() {
  const char *text = std::getenv("DPSIMS_EMULATED_GPU");
  try {
    Options options = parseOptions(text ? text : "");
    options.devices = visibleDevices(std::getenv("CUDA_VISIBLE_DEVICES"), options.devices);
    return options;
  } catch (const std::exception &error) {
    complain(error.what());
    std::_Exit(1); // at once: the GPU is being made
  }
}

void report() {
  const Gpu &it = gpu();
  if (const std::string &name = it.options.failLaunch; !name.empty() && !it.failed)
    complain("fail-launch=" + name + ": no kernel of that name was launched");
  if (it.options.statistics)
    std::fputs(it.statistics.text().c_str(), stderr);
  if (!it.options.leaks)
    return;
  for (const auto &[what, count] : it.counters)
    if (count() != 0)
      complain("leaked " + std::to_string(count()) + ' ' + what);
}

} // namespace

Gpu::Gpu() : options(optionsOfEnvironment()), memory(options.memory), scheduler(options.seed, options.putOff) {
  counters = {{"allocations of device memory", [this] { return memory.liveCount(MemoryKind::Device); }},
              {"allocations of pinned memory", [this] { return memory.liveCount(MemoryKind::Pinned); }},
              {"streams", [this] { return scheduler.liveStreams(); }},
              {"events", [this] { return scheduler.liveEvents(); }}};
}

void Gpu::checkDevice(const void *address, uint64_t bytes, const std::string &use) const {
  if (bytes && !memory.find(address, bytes, MemoryKind::Device))
    throw DeviceFault(cudaErrorIllegalAddress,
                      use + ": " + std::to_string(bytes) + " bytes at an address that is " + memory.describe(address));
}

int &currentDevice() {
  static thread_local int device = 0;
  return device;
}

void requireCurrent(const Stream &stream) {
  if (stream.device >= 0 && stream.device != currentDevice())
    throw CudaError(cudaErrorInvalidResourceHandle, "the stream is of device " + std::to_string(stream.device) +
                                                        ", and device " + std::to_string(currentDevice()) +
                                                        " is the thread's");
}

void Gpu::submitLibraryCall(cudaStream_t handle, const std::string &name, std::function<void()> run) {
  if (stickyError != cudaSuccess)
    throw CudaError(stickyError);
  Stream &stream = scheduler.stream(handle);
  requireCurrent(stream);
  if (!stream.capture)
    ++statistics.libraryCalls;
  scheduler.submit(stream, {name, [this, run = std::move(run)] {
                              ++statistics.libraryCallsRun;
                              run();
                            }});
}

// Never destroyed: destructors of static objects may still call.
Gpu &gpu() {
  static Gpu *it = [] {
    std::atexit(report);
    return new Gpu;
  }();
  return *it;
}

void watchLeaks(const char *what, std::function<size_t()> count) {
  gpu().counters.emplace_back(what, std::move(count));
}

int driverVersion() {
  const Options &options = gpu().options;
  if (!options.hasDriver)
    return 0;
  return options.driver ? options.driver : CUDART_VERSION;
}

cudaError_t deviceStatus() {
  if (driverVersion() / 1000 < CUDART_VERSION / 1000)
    return cudaErrorInsufficientDriver;
  return gpu().options.devices == 0 ? cudaErrorNoDevice : cudaSuccess;
}

// What was read from a file may be part of the message.
void complain(const std::string &message) {
  std::string text;
  for (unsigned char c : message)
    text += c < ' ' || c > '~' ? '?' : static_cast<char>(c);
  std::fprintf(stderr, "emulated GPU: %s\n", text.c_str());
}

void keep(const CudaError &error, const char *name) {
  if (*error.what())
    complain(std::string(name) + ": " + error.what());
  if (dynamic_cast<const DeviceFault *>(&error))
    gpu().stickyError = error.status;
}

cudaError_t call(const char *name, const std::function<void()> &body) {
  Gpu &it = gpu();
  std::lock_guard<std::recursive_mutex> lock(it.mutex);
  if (it.stickyError != cudaSuccess)
    return it.stickyError;
  cudaError_t status = deviceStatus();
  try {
    if (status == cudaSuccess)
      body();
  } catch (const CudaError &error) {
    status = error.status;
    keep(error, name);
  }
  if (status != cudaSuccess)
    it.lastError = status;
  return status;
}

} // namespace dpsims::emulated
