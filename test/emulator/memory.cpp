// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/memory.h"

#include <cstring>
#include <sys/mman.h>

namespace dpsims::emulated {

namespace {

constexpr uint64_t page = 4096;
constexpr uint64_t deviceAlignment = 256;

uint64_t pagesFor(uint64_t bytes) { return (bytes + deviceAlignment + page - 1) / page * page; }

} // namespace

void poison(void *address, uint64_t bytes) { std::memset(address, 0xFF, bytes); }

void *Memory::allocate(uint64_t bytes, MemoryKind kind, bool mapped) {
  bool isDevice = kind == MemoryKind::Device;
  if (isDevice && bytes > capacity - bytesUsed)
    return nullptr;
  void *pages = mmap(reinterpret_cast<void *>(nextPage), pagesFor(bytes), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (pages == MAP_FAILED)
    return nullptr;
  nextPage += pagesFor(bytes) + page; // a page between neighbors that nobody may touch
  uint64_t begin = reinterpret_cast<uint64_t>(pages) + deviceAlignment;
  allocations[begin] = {begin, begin + bytes, kind, mapped, true};
  if (isDevice)
    bytesUsed += bytes;
  collectRegions();
  poison(reinterpret_cast<void *>(begin), bytes);
  return reinterpret_cast<void *>(begin);
}

bool Memory::release(void *address, MemoryKind kind) {
  auto found = allocations.find(reinterpret_cast<uint64_t>(address));
  if (found == allocations.end() || !found->second.isLive || found->second.kind != kind)
    return false;
  Allocation &allocation = found->second;
  uint64_t bytes = allocation.end - allocation.begin;
  allocation.isLive = false;
  if (kind == MemoryKind::Device)
    bytesUsed -= bytes;
  collectRegions();
  // The pages go back to the system, the addresses stay taken.
  mmap(reinterpret_cast<void *>(allocation.begin - deviceAlignment), pagesFor(bytes), PROT_NONE,
       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
  return true;
}

const Allocation *Memory::at(const void *address) const {
  auto after = allocations.upper_bound(reinterpret_cast<uint64_t>(address));
  if (after == allocations.begin())
    return nullptr;
  const Allocation &allocation = std::prev(after)->second;
  return reinterpret_cast<uint64_t>(address) < allocation.end ? &allocation : nullptr;
}

const Allocation *Memory::find(const void *address, uint64_t bytes, MemoryKind kind) const {
  const Allocation *allocation = at(address);
  bool fits = allocation && allocation->isLive && allocation->kind == kind &&
              bytes <= allocation->end - reinterpret_cast<uint64_t>(address);
  return fits ? allocation : nullptr;
}

std::string Memory::describe(const void *address) const {
  const Allocation *allocation = at(address);
  if (!allocation)
    return "not memory of the GPU";
  std::string kind = allocation->kind == MemoryKind::Device ? "device memory" : "pinned memory";
  std::string size = " (" + std::to_string(allocation->end - allocation->begin) + " bytes, at byte " +
                     std::to_string(reinterpret_cast<uint64_t>(address) - allocation->begin) + ")";
  return (allocation->isLive ? kind : "freed " + kind) + size;
}

size_t Memory::liveCount(MemoryKind kind) const {
  size_t count = 0;
  for (const auto &[begin, allocation] : allocations)
    count += allocation.isLive && allocation.kind == kind;
  return count;
}

void Memory::collectRegions() {
  kernelRegions.clear();
  for (const auto &[begin, allocation] : allocations)
    if (allocation.isLive && (allocation.kind == MemoryKind::Device || allocation.mapped))
      kernelRegions.push_back({begin, allocation.end, true, "allocation " + std::to_string(kernelRegions.size())});
}

} // namespace dpsims::emulated
