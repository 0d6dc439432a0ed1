// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who read and wrote which byte since the last barrier, to find races.

#ifndef DPSIMS_TEST_EMULATOR_PTX_SHADOW_H
#define DPSIMS_TEST_EMULATOR_PTX_SHADOW_H

#include <cstdint>
#include <optional>
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
};

class Shadow {
public:
  /// betweenBlocks: the memory is common to all blocks, and an access of another one is a race too.
  explicit Shadow(bool betweenBlocks) : betweenBlocks(betweenBlocks) {}

  /// Records an access. What it races with, "what thread 7 wrote", if it does.
  std::optional<std::string> record(const MemoryAccess &access);

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
  std::optional<std::string> conflict(const Cell &cell, const MemoryAccess &access) const;
  static void update(Cell &cell, const MemoryAccess &access);

  bool betweenBlocks;
  std::unordered_map<uint64_t, Page> pages;
  uint64_t lastNumber = ~uint64_t(0);
  Page *last = nullptr;
};

} // namespace dpsims::ptx

#endif
