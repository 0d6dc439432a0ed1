// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/constant_store.h"

#include "runtime/device/cpu/parallel.h"
#include "runtime/device/cpu/primitive.h"

#include <cstring>

namespace dpsims {

uint32_t ConstantStore::needPlain(uint32_t constant) {
  for (size_t i = 0; i < slots.size(); ++i)
    if (slots[i].constant == constant && !slots[i].packed && !slots[i].pack)
      return static_cast<uint32_t>(i);
  slots.push_back({constant, infos[constant].bytes(), {}, {}, {}, {}});
  return static_cast<uint32_t>(slots.size() - 1);
}

uint32_t ConstantStore::needPacked(uint32_t constant, const dnnl::memory::desc &plain,
                                   const dnnl::memory::desc &packed) {
  if (plain == packed)
    return needPlain(constant);
  for (size_t i = 0; i < slots.size(); ++i)
    if (slots[i].constant == constant && slots[i].packed && *slots[i].plain == plain && *slots[i].packed == packed)
      return static_cast<uint32_t>(i);
  slots.push_back({constant, packed.get_size(), plain, packed, {}, {}});
  return static_cast<uint32_t>(slots.size() - 1);
}

uint32_t ConstantStore::needPacked(uint32_t constant, const std::string &format, uint64_t bytes, Pack pack) {
  for (size_t i = 0; i < slots.size(); ++i)
    if (slots[i].constant == constant && slots[i].format == format)
      return static_cast<uint32_t>(i);
  slots.push_back({constant, bytes, {}, {}, format, std::move(pack)});
  return static_cast<uint32_t>(slots.size() - 1);
}

void ConstantStore::allocate() {
  uint64_t size = 0;
  for (Slot &slot : slots) {
    slot.offset = size;
    size += (slot.bytes + 63) / 64 * 64;
  }
  memory = CpuMemory(size);
}

void ConstantStore::store(uint32_t constant, const void *src, int threads) {
  for (const Slot &slot : slots) {
    if (slot.constant != constant)
      continue;
    char *dst = static_cast<char *>(memory.data()) + slot.offset;
    if (slot.packed) {
      dnnl::memory from(*slot.plain, cpuEngine(), const_cast<void *>(src));
      dnnl::memory to(*slot.packed, cpuEngine(), dst);
      dnnl::reorder(from, to).execute(cpuStream(), from, to);
      continue;
    }
    if (slot.pack) {
      slot.pack(static_cast<const float *>(src), reinterpret_cast<float *>(dst));
      continue;
    }
    parallelFor(static_cast<int64_t>(slot.bytes), isSmallWork(slot.bytes) ? 1 : threads,
                [&](int64_t begin, int64_t end) {
                  std::memcpy(dst + begin, static_cast<const char *>(src) + begin, static_cast<size_t>(end - begin));
                });
  }
}

std::vector<void *> ConstantStore::addresses() const {
  std::vector<void *> result;
  for (const Slot &slot : slots)
    result.push_back(static_cast<char *>(memory.data()) + slot.offset);
  return result;
}

} // namespace dpsims
