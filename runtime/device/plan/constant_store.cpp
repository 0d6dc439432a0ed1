// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/plan/constant_store.h"

#include "runtime/base/align.h"

namespace dpsims {

namespace {

bool isSame(const Packing *a, const Packing *b) { return a && b ? a->isSame(*b) : a == b; }

} // namespace

uint32_t ConstantStore::need(uint32_t constant, uint64_t offset, std::shared_ptr<const Packing> packing,
                             uint64_t bytes) {
  for (size_t i = 0; i < slots.size(); ++i)
    if (slots[i].constant == constant && slots[i].offset == offset && isSame(slots[i].packing.get(), packing.get()))
      return static_cast<uint32_t>(i);
  slots.push_back({constant, offset, std::move(packing), bytes, end});
  end += alignUp(bytes, alignment);
  return static_cast<uint32_t>(slots.size() - 1);
}

uint32_t ConstantStore::needPlain(uint32_t constant) { return need(constant, 0, nullptr, infos[constant].bytes()); }

uint32_t ConstantStore::needPacked(uint32_t constant, uint64_t offset, std::shared_ptr<const Packing> packing) {
  const uint64_t bytes = packing->bytes();
  return need(constant, offset, std::move(packing), bytes);
}

void ConstantStore::store(uint32_t constant, const void *src, Device &device) const {
  for (const Slot &slot : slots) {
    if (slot.constant != constant)
      continue;
    const char *from = static_cast<const char *>(src) + slot.offset;
    if (slot.packing)
      slot.packing->pack(base + slot.place, from);
    else
      device.copy(Queue::Compute, base + slot.place, from, slot.bytes);
  }
}

std::vector<void *> ConstantStore::addresses() const {
  std::vector<void *> result;
  for (const Slot &slot : slots)
    result.push_back(base + slot.place);
  return result;
}

} // namespace dpsims
