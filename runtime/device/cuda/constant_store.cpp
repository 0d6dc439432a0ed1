// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/constant_store.h"

#include "runtime/device/cuda/check.h"

namespace dpsims::cuda {

namespace {

// Packing depends on these sizes alone.
bool packAlike(const ConvSizes &a, const ConvSizes &b) {
  return a.outChannels == b.outChannels && a.groupChannels() == b.groupChannels() && a.kernelHeight == b.kernelHeight &&
         a.kernelWidth == b.kernelWidth;
}

} // namespace

uint32_t ConstantStore::need(const Slot &wanted) {
  for (size_t i = 0; i < slots.size(); ++i) {
    const Slot &slot = slots[i];
    bool samePacking = slot.packed ? wanted.packed && packAlike(*slot.packed, *wanted.packed) : !wanted.packed;
    if (slot.constant == wanted.constant && slot.offset == wanted.offset && samePacking)
      return static_cast<uint32_t>(i);
  }
  slots.push_back(wanted);
  return static_cast<uint32_t>(slots.size() - 1);
}

uint32_t ConstantStore::needPlain(uint32_t constant) {
  return need({constant, 0, std::nullopt, infos[constant].bytes()});
}

uint32_t ConstantStore::needPacked(uint32_t constant, uint64_t offset, const ConvSizes &sizes) {
  return need({constant, offset, sizes, sizes.weightCount() * sizeof(float)});
}

void ConstantStore::allocate() {
  uint64_t end = 0;
  for (Slot &slot : slots) {
    slot.place = end;
    end += alignUp(slot.bytes);
  }
  memory = CudaMemory(end);
}

void ConstantStore::store(uint32_t constant, const void *src, cudaStream_t stream) const {
  for (const Slot &slot : slots) {
    if (slot.constant != constant)
      continue;
    const char *from = static_cast<const char *>(src) + slot.offset;
    void *to = address(slot);
    if (slot.packed)
      launchPackWeights(static_cast<float *>(to), reinterpret_cast<const float *>(from), *slot.packed, stream);
    else
      check(cudaMemcpyAsync(to, from, slot.bytes, cudaMemcpyDeviceToDevice, stream), "cudaMemcpyAsync");
  }
}

std::vector<void *> ConstantStore::addresses() const {
  std::vector<void *> result;
  for (const Slot &slot : slots)
    result.push_back(address(slot));
  return result;
}

} // namespace dpsims::cuda
