// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The memory of the emulated GPU, and pinned memory of the host. Addresses are this process's, and are never used
// again: what touches freed memory is always found.

#ifndef DPSIMS_TEST_EMULATOR_MEMORY_H
#define DPSIMS_TEST_EMULATOR_MEMORY_H

#include "test/emulator/ptx_emulator.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dpsims::emulated {

enum class MemoryKind : uint8_t { Device, Pinned };

struct Allocation {
  uint64_t begin, end;
  MemoryKind kind;
  bool mapped = false; // pinned: kernels may use it
  bool isLive = true;
};

class Memory {
public:
  /// Bytes that all live allocations on the device may have.
  explicit Memory(uint64_t capacity) : capacity(capacity) {}

  /// Poisoned with 0xFF: NaN as floating point. Device memory begins at an odd multiple of 256, as strictly as CUDA
  /// promises. Null: there is not so much.
  void *allocate(uint64_t bytes, MemoryKind kind, bool mapped = false);

  /// False: no live allocation of that kind begins there. Whoever touches the memory afterwards crashes.
  bool release(void *address, MemoryKind kind);

  /// The live allocation of that kind that all `bytes` lie in; null if there is none.
  const Allocation *find(const void *address, uint64_t bytes, MemoryKind kind) const;

  /// What an address is, for messages: "freed device memory".
  std::string describe(const void *address) const;

  /// What a kernel may touch.
  const std::vector<ptx::Region> &regions() const { return kernelRegions; }

  uint64_t used() const { return bytesUsed; }
  uint64_t size() const { return capacity; }
  size_t liveCount(MemoryKind kind) const;

private:
  const Allocation *at(const void *address) const;
  void collectRegions();

  std::map<uint64_t, Allocation> allocations; // by begin; freed ones too
  std::vector<ptx::Region> kernelRegions;
  uint64_t capacity, bytesUsed = 0;
  uint64_t nextPage = uint64_t(0x20) << 40; // far from what the process has
};

/// Fills with bytes that are NaN as floating point.
void poison(void *address, uint64_t bytes);

} // namespace dpsims::emulated

#endif // DPSIMS_TEST_EMULATOR_MEMORY_H
