// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What fences and atomics order between blocks: a block writes, its threads meet at a barrier, one of them executes a
// fence and an atomic on a counter; a thread of another block that executes an atomic on the counter later, and a
// fence, sees what was written, and so do the threads that meet it at a barrier.

#ifndef DPSIMS_TEST_EMULATOR_PTX_ORDER_H
#define DPSIMS_TEST_EMULATOR_PTX_ORDER_H

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace dpsims::ptx {

/// Blocks run one after another. Stamps are those of MemoryAccess.
class BlockOrder {
public:
  void beginBlock();

  /// A fence of `thread` at `stamp`, of the device's or a wider scope.
  void fence(uint32_t thread, uint32_t stamp, uint32_t barrierStamp, uint32_t firstStamp);

  /// An atomic on global memory.
  void atomic(uint32_t thread, uint64_t address);

  /// Whether what another block did at `past` comes before what `thread` does since its block's last barrier.
  bool isOrdered(uint32_t past, uint32_t thread, uint32_t barrierStamp) const;

private:
  /// Stamps of a block from its begin to the barrier before a fence.
  struct Interval {
    uint32_t begin, end;
  };
  using Released = std::vector<Interval>; // sorted
  struct Seen {
    const Released *released;
    size_t count; // of the first of them
  };
  struct Thread {
    Interval fenced{0, 0};
    std::vector<Seen> seen; // by atomics since the thread's last fence
  };
  struct Acquired {
    Seen seen;
    uint32_t thread, stamp;
  };

  std::unordered_map<uint64_t, Released> releasedBy; // an atomic on this address
  std::unordered_map<uint32_t, Thread> threads;      // of this block
  std::vector<Acquired> acquired;                    // by this block
};

} // namespace dpsims::ptx

#endif
