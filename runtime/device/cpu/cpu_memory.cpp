// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/cpu_memory.h"

#include "runtime/base/error.h"
#include "runtime/base/machine.h"

#include <sys/mman.h>

namespace dpsims {

namespace {
constexpr uint64_t hugeFrom = uint64_t(8) << 20; // smaller pieces gain nothing and would round up to 2 MiB
} // namespace

CpuMemory::CpuMemory(uint64_t size) {
  if (size == 0)
    return;
  // The system would hand out more than there is, and end the process when it is used.
  if (size > availableMemory())
    failDevice(ErrorCode::OutOfMemory, "needs ", size >> 20, " MiB of memory in one piece, this process may use ",
               availableMemory() >> 20, " MiB; compile with a smaller --batch");
  void *mapped = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED)
    failDevice(ErrorCode::OutOfMemory, "cannot allocate ", size >> 20, " MiB: ", systemError());
  if (size >= hugeFrom)
    madvise(mapped, size, MADV_HUGEPAGE);
  address = mapped;
  bytes = size;
}

CpuMemory::~CpuMemory() {
  if (address)
    munmap(address, bytes);
}

} // namespace dpsims
