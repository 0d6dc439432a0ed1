// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who read and wrote which byte since the last barrier, to find races.

#ifndef DPSIMS_TEST_EMULATOR_PTX_SHADOW_H
#define DPSIMS_TEST_EMULATOR_PTX_SHADOW_H

#include "test/emulator/ptx_order.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace dpsims::ptx {

/// Stamps grow with every block, every barrier and every bar.warp.sync, so that one number tells the time of an access:
/// before the block's first stamp it was another block's, before the barrier's it is ordered before this one.
struct MemoryAccess {
  uint64_t address;
  uint32_t size;
  enum Kind : uint8_t { Read, Write, Atomic } kind;
  uint32_t thread; // of the block
  uint32_t stamp, barrierStamp, firstStamp;
  const BlockOrder *order; // of global memory's blocks
};

/// What an access races with.
struct Conflict {
  enum Kind : uint8_t { None, Wrote, Read, OtherBlockWrote, OtherBlockRead, OtherBlockAtomic } kind = None;
  uint32_t thread = 0; // of Wrote and Read

  explicit operator bool() const { return kind != None; }
  /// "what thread 7 wrote"
  std::string text() const;
};

class Shadow {
public:
  /// betweenBlocks: the memory is common to all blocks, and an access of another one is a race too.
  explicit Shadow(bool betweenBlocks) : betweenBlocks(betweenBlocks) {}

  /// Records an access, unless it races.
  Conflict record(const MemoryAccess &access);

private:
  struct Cell {
    uint32_t writeStamp = 0, readStamp = 0;
    uint16_t writer = 0, reader = 0;
    uint8_t flags = 0;
  };
  /// Cells of 4 bytes, or of one byte once an access was smaller.
  struct Page {
    unsigned shift = 2;
    std::vector<Cell> cells;
  };

  Page &pageOf(uint64_t address);
  static void split(Page &page);
  Conflict conflict(const Cell &cell, const MemoryAccess &access) const;
  static void update(Cell &cell, const MemoryAccess &access);

  bool betweenBlocks;
  std::unordered_map<uint64_t, Page> pages;
  /// The pages that were found last, by the low bits of their number.
  struct Found {
    uint64_t number = ~uint64_t(0);
    Page *page = nullptr;
  };
  Found found[64];
};

} // namespace dpsims::ptx

#endif
