// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Double of cudart: memory and copies. A copy happens in its turn on the stream. Until then a destination on the host
// is poisoned; pinned memory is read only then, other memory of the host at the call, as real copies may do.

#include "test/emulator/gpu.h"

#include <cstring>
#include <memory>

namespace dpsims::emulated {

namespace {

bool isDevice(const void *address) { return gpu().memory.find(address, 1, MemoryKind::Device); }

void requireDevice(const void *address, uint64_t bytes) {
  if (!gpu().memory.find(address, bytes, MemoryKind::Device))
    throw CudaError(cudaErrorInvalidValue, std::to_string(bytes) +
                                               " bytes of the device are expected at an address that is " +
                                               gpu().memory.describe(address));
}

// Whether it is pinned; the rest of the host's memory is nobody's business.
bool requireHost(const void *address, uint64_t bytes) {
  const Memory &memory = gpu().memory;
  if (memory.find(address, bytes, MemoryKind::Pinned))
    return true;
  if (memory.describe(address) != "not memory of the GPU")
    throw CudaError(cudaErrorInvalidValue, std::to_string(bytes) +
                                               " bytes of the host are expected at an address that is " +
                                               memory.describe(address));
  return false;
}

void requirePinned(const void *address, uint64_t bytes, const char *use) {
  if (!gpu().memory.find(address, bytes, MemoryKind::Pinned))
    throw DeviceFault(cudaErrorIllegalAddress,
                      std::string(use) + ": the host's memory is " + gpu().memory.describe(address));
}

Task copyToDevice(void *dst, const void *src, uint64_t bytes) {
  requireDevice(dst, bytes);
  bool pinned = requireHost(src, bytes);
  Task task;
  task.name = "copy to the device";
  task.pageable = !pinned;
  std::shared_ptr<char[]> staged;
  if (pinned) {
    task.hostSource = src;
    task.hostBytes = bytes;
  } else {
    staged.reset(new char[bytes]);
    std::memcpy(staged.get(), src, bytes);
  }
  task.run = [=] {
    gpu().statistics.toDevice.add(bytes);
    gpu().checkDevice(dst, bytes, "copy to the device");
    if (!staged)
      requirePinned(src, bytes, "copy to the device");
    std::memcpy(dst, staged ? staged.get() : src, bytes);
  };
  return task;
}

Task copyToHost(void *dst, const void *src, uint64_t bytes) {
  requireDevice(src, bytes);
  bool pinned = requireHost(dst, bytes);
  Task task;
  task.name = "copy to the host";
  task.pageable = !pinned;
  task.run = [=] {
    gpu().statistics.toHost.add(bytes);
    gpu().checkDevice(src, bytes, "copy to the host");
    if (pinned)
      requirePinned(dst, bytes, "copy to the host");
    std::memcpy(dst, src, bytes);
  };
  return task;
}

Task copyOnDevice(void *dst, const void *src, uint64_t bytes) {
  requireDevice(dst, bytes);
  requireDevice(src, bytes);
  const char *from = static_cast<const char *>(src), *to = static_cast<const char *>(dst);
  if (from < to + bytes && to < from + bytes)
    throw CudaError(cudaErrorInvalidValue, "source and destination of a copy overlap");
  return {"copy on the device", [=] {
            gpu().statistics.onDevice.add(bytes);
            gpu().checkDevice(dst, bytes, "copy on the device");
            gpu().checkDevice(src, bytes, "copy on the device");
            std::memcpy(dst, src, bytes);
          }};
}

cudaMemcpyKind kindOf(const void *dst, const void *src) {
  if (isDevice(src))
    return isDevice(dst) ? cudaMemcpyDeviceToDevice : cudaMemcpyDeviceToHost;
  return isDevice(dst) ? cudaMemcpyHostToDevice : cudaMemcpyHostToHost;
}

void copy(void *dst, const void *src, uint64_t bytes, cudaMemcpyKind kind, Stream &stream) {
  if (bytes == 0)
    return;
  Scheduler &scheduler = gpu().scheduler;
  if (kind == cudaMemcpyDefault)
    kind = kindOf(dst, src);
  switch (kind) {
  case cudaMemcpyHostToDevice:
    return scheduler.submit(stream, copyToDevice(dst, src, bytes));
  case cudaMemcpyDeviceToDevice:
    return scheduler.submit(stream, copyOnDevice(dst, src, bytes));
  case cudaMemcpyDeviceToHost: {
    Task task = copyToHost(dst, src, bytes);
    if (!stream.capture && !scheduler.isAboutToRead(dst, bytes))
      poison(dst, bytes);
    return scheduler.submit(stream, std::move(task));
  }
  case cudaMemcpyHostToHost:
  case cudaMemcpyDefault:
    break;
  }
  throw CudaError(cudaErrorInvalidMemcpyDirection, "a copy from host to host, or of an unknown kind");
}

void fill(void *dst, int value, uint64_t bytes, Stream &stream) {
  if (bytes == 0)
    return;
  requireDevice(dst, bytes);
  gpu().scheduler.submit(stream, {"fill", [=] {
                                    gpu().statistics.fills.add(bytes);
                                    gpu().checkDevice(dst, bytes, "fill");
                                    std::memset(dst, value, bytes);
                                  }});
}

void allocatePinned(void **address, size_t bytes, unsigned flags) {
  gpu().scheduler.forbidInCapture("an allocation");
  if (flags & ~(cudaHostAllocPortable | cudaHostAllocMapped))
    throw CudaError(cudaErrorInvalidValue, "flags that are not emulated");
  *address = bytes ? gpu().memory.allocate(bytes, MemoryKind::Pinned, flags & cudaHostAllocMapped) : nullptr;
  if (bytes && !*address)
    throw CudaError(cudaErrorMemoryAllocation);
}

void allocateDevice(void **address, size_t bytes) {
  static uint64_t allocations = 0;
  gpu().scheduler.forbidInCapture("an allocation");
  bool fails = ++allocations == gpu().options.failAllocation;
  *address = bytes && !fails ? gpu().memory.allocate(bytes, MemoryKind::Device) : nullptr;
  if (bytes && !*address)
    throw CudaError(cudaErrorMemoryAllocation);
}

} // namespace

} // namespace dpsims::emulated

using namespace dpsims::emulated;

extern "C" {

cudaError_t cudaMalloc(void **address, size_t bytes) {
  return call("cudaMalloc", [&] { allocateDevice(address, bytes); });
}

// Waits until everything is done, as the real one does.
cudaError_t cudaFree(void *address) {
  return call("cudaFree", [&] {
    gpu().scheduler.forbidInCapture("giving memory back");
    gpu().scheduler.finishAll();
    if (address && !gpu().memory.release(address, MemoryKind::Device))
      throw CudaError(cudaErrorInvalidValue, "it was not allocated, or was freed before");
  });
}

cudaError_t cudaMallocHost(void **address, size_t bytes) {
  return call("cudaMallocHost", [&] { allocatePinned(address, bytes, cudaHostAllocDefault); });
}

cudaError_t cudaHostAlloc(void **address, size_t bytes, unsigned flags) {
  return call("cudaHostAlloc", [&] { allocatePinned(address, bytes, flags); });
}

// Does not wait: work that still needs the memory finds it gone.
cudaError_t cudaFreeHost(void *address) {
  return call("cudaFreeHost", [&] {
    gpu().scheduler.forbidInCapture("giving memory back");
    if (address && !gpu().memory.release(address, MemoryKind::Pinned))
      throw CudaError(cudaErrorInvalidValue, "it was not allocated, or was freed before");
  });
}

cudaError_t cudaMemGetInfo(size_t *available, size_t *total) {
  return call("cudaMemGetInfo", [&] {
    *total = gpu().memory.size();
    *available = *total - gpu().memory.used();
  });
}

cudaError_t cudaMemcpyAsync(void *dst, const void *src, size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  return call("cudaMemcpyAsync", [&] { copy(dst, src, bytes, kind, gpu().scheduler.stream(stream)); });
}

cudaError_t cudaMemcpy(void *dst, const void *src, size_t bytes, cudaMemcpyKind kind) {
  return call("cudaMemcpy", [&] {
    gpu().scheduler.forbidInCapture("a copy that waits");
    Stream &stream = gpu().scheduler.stream(nullptr);
    copy(dst, src, bytes, kind, stream);
    gpu().scheduler.finish(stream);
  });
}

cudaError_t cudaMemsetAsync(void *dst, int value, size_t bytes, cudaStream_t stream) {
  return call("cudaMemsetAsync", [&] { fill(dst, value, bytes, gpu().scheduler.stream(stream)); });
}

cudaError_t cudaMemset(void *dst, int value, size_t bytes) {
  return call("cudaMemset", [&] {
    gpu().scheduler.forbidInCapture("a fill of the default stream");
    fill(dst, value, bytes, gpu().scheduler.stream(nullptr));
  });
}

} // extern "C"
