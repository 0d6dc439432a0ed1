// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/ptx_shadow.h"

#include "test/emulator/ptx_program.h"

namespace dpsims::ptx {

namespace {

constexpr unsigned pageBits = 12;

enum Flag : uint8_t {
  AtomicWrite = 1,   // the last write was atomic
  ForeignRead = 2,   // another block has read it
  ForeignAtomic = 4, // another block has changed it atomically
  ManyThreads = 8,   // others than `reader` have read it too, at the same stamp
  ManyWarps = 16,    // others than the reader's warp have read it too since the barrier
};

uint32_t warpOf(uint32_t thread) { return thread / warpSize; }

/// Whether an access of `thread` at `stamp` since the barrier is not ordered before this one.
bool unordered(uint32_t stamp, uint32_t thread, const MemoryAccess &access) {
  if (stamp < access.barrierStamp || thread == access.thread)
    return false;
  return warpOf(thread) != warpOf(access.thread) || stamp == access.stamp;
}

} // namespace

std::string Conflict::text() const {
  switch (kind) {
  case Wrote:
    return "what thread " + std::to_string(thread) + " wrote";
  case Read:
    return "what thread " + std::to_string(thread) + " read";
  case OtherBlockWrote:
    return "what another block wrote";
  case OtherBlockRead:
    return "what another block read";
  case OtherBlockAtomic:
    return "what another block changed atomically";
  case None:
    break;
  }
  return "nothing";
}

Conflict Shadow::conflict(const Cell &cell, const MemoryAccess &access) const {
  bool bothAtomic = (cell.flags & AtomicWrite) && access.kind == MemoryAccess::Atomic;
  bool plain = access.kind != MemoryAccess::Atomic;
  if (betweenBlocks) {
    if (cell.writeStamp && cell.writeStamp < access.firstStamp && !bothAtomic &&
        !access.order->isOrdered(cell.writeStamp, access.thread, access.barrierStamp))
      return {Conflict::OtherBlockWrote};
    if (plain && (cell.flags & ForeignAtomic))
      return {Conflict::OtherBlockAtomic};
    bool readByAnother = (cell.flags & ForeignRead) || (cell.readStamp && cell.readStamp < access.firstStamp);
    if (access.kind != MemoryAccess::Read && readByAnother)
      return {Conflict::OtherBlockRead};
  }
  if (cell.writeStamp && !bothAtomic && unordered(cell.writeStamp, cell.writer, access))
    return {Conflict::Wrote, cell.writer};
  if (access.kind == MemoryAccess::Read || !cell.readStamp || cell.readStamp < access.barrierStamp)
    return {};
  bool others = (cell.flags & ManyWarps) || ((cell.flags & ManyThreads) && cell.readStamp == access.stamp);
  if (others || unordered(cell.readStamp, cell.reader, access))
    return {Conflict::Read, cell.reader};
  return {};
}

void Shadow::update(Cell &cell, const MemoryAccess &access) {
  auto set = [&](uint8_t flag, bool on) { cell.flags = on ? cell.flags | flag : cell.flags & ~flag; };
  if (access.kind == MemoryAccess::Read) {
    bool foreign = cell.readStamp && cell.readStamp < access.firstStamp;
    bool sinceBarrier = cell.readStamp >= access.barrierStamp && cell.readStamp;
    bool otherWarp = sinceBarrier && warpOf(cell.reader) != warpOf(access.thread);
    bool otherThread = cell.readStamp == access.stamp && cell.reader != access.thread;
    set(ForeignRead, foreign || (cell.flags & ForeignRead));
    set(ManyWarps, otherWarp || (sinceBarrier && (cell.flags & ManyWarps)));
    set(ManyThreads, otherThread || (cell.readStamp == access.stamp && (cell.flags & ManyThreads)));
    cell.readStamp = access.stamp;
    cell.reader = static_cast<uint16_t>(access.thread);
    return;
  }
  bool foreignAtomic = cell.writeStamp && cell.writeStamp < access.firstStamp && (cell.flags & AtomicWrite);
  set(ForeignAtomic, foreignAtomic || (cell.flags & ForeignAtomic));
  set(AtomicWrite, access.kind == MemoryAccess::Atomic);
  cell.writeStamp = access.stamp;
  cell.writer = static_cast<uint16_t>(access.thread);
}

void Shadow::split(Page &page) {
  std::vector<Cell> cells(size_t(1) << pageBits);
  for (size_t i = 0; i < cells.size(); ++i)
    cells[i] = page.cells[i >> page.shift];
  page = {0, std::move(cells)};
}

Shadow::Page &Shadow::pageOf(uint64_t address) {
  uint64_t number = address >> pageBits;
  Found &entry = found[number % (sizeof found / sizeof *found)];
  if (entry.number != number) {
    entry = {number, &pages[number]};
    if (entry.page->cells.empty())
      entry.page->cells.resize((size_t(1) << pageBits) >> entry.page->shift);
  }
  return *entry.page;
}

Conflict Shadow::record(const MemoryAccess &access) {
  // Accesses are aligned to their size, so that they lie in one page.
  Page &page = pageOf(access.address);
  if (page.shift != 0 && access.size < 4)
    split(page);
  uint64_t within = access.address & ((uint64_t(1) << pageBits) - 1);
  size_t first = within >> page.shift, last = (within + access.size - 1) >> page.shift;
  for (size_t i = first; i <= last; ++i) {
    if (Conflict other = conflict(page.cells[i], access))
      return other;
    update(page.cells[i], access);
  }
  return {};
}

} // namespace dpsims::ptx
