// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/ptx_access.h"

#include <algorithm>

namespace dpsims::ptx {

namespace {

using Kind = MemoryAccess::Kind;

std::string hexadecimal(uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

/// The last span that begins at or below the address; nullptr if there is none.
const Span *spanBelow(const std::vector<Span> &spans, uint64_t address) {
  auto after = std::upper_bound(spans.begin(), spans.end(), address,
                                [](uint64_t value, const Span &span) { return value < span.begin; });
  return after == spans.begin() ? nullptr : &*std::prev(after);
}

/// One access of a warp on its way through the checks.
class Access {
public:
  Access(Warp &warp, const Instruction &instruction, unsigned size, Kind kind, Addresses &addresses)
      : warp(warp), block(*warp.block), context(block.context), instruction(instruction), size(size), kind(kind),
        space(instruction.space), addresses(addresses) {}

  void prepare() {
    readAddresses();
    if (space == Space::Generic)
      resolveGeneric();
    checkAlignment();
    checkBounds();
    if (space == Space::Global || space == Space::Const)
      prepareGlobal();
    else if (space == Space::Shared)
      prepareShared();
    else if (space == Space::Local)
      prepareLocal();
    else
      relocate(reinterpret_cast<uint64_t>(context.launch.parameters.data()));
  }

private:
  template <typename Function> void forActive(Function function) {
    for (uint32_t lanes = warp.active; lanes; lanes &= lanes - 1)
      function(lowestLane(lanes));
  }

  /// Calls function(offset, bytes) for the elements that somebody needs, at once where that is all of them.
  template <typename Function> void forNeeded(Function function) {
    const unsigned count = instruction.vector, all = (1u << count) - 1, element = size / count;
    if ((instruction.needed & all) == all)
      return function(0, size);
    for (unsigned i = 0; i < count; ++i)
      if (instruction.needed >> i & 1)
        function(i * element, element);
  }

  void readAddresses();
  void resolveGeneric();
  void checkAlignment();
  void checkBounds();
  bool within(const Span &span) const;
  void checkLane(unsigned lane);
  void prepareGlobal();
  void prepareShared();
  void prepareLocal();
  void checkValid(PrivateMemory &memory, unsigned lane, uint64_t at);
  void findRace(Shadow &shadow, unsigned lane);
  uint64_t sectors() const;
  const std::vector<Span> &spans() const;
  std::string place(unsigned lane) const;
  [[noreturn]] void fail(unsigned lane, Fault::Kind fault, const std::string &what) const {
    ptx::fail(warp, instruction, lane, fault, what + " at " + place(lane));
  }
  std::string described() const;

  void relocate(uint64_t base) {
    for (uint64_t &address : addresses.lane)
      address += base;
  }

  Warp &warp;
  Block &block;
  const Context &context;
  const Instruction &instruction;
  unsigned size;
  Kind kind;
  Space space;
  Addresses &addresses;
};

void Access::readAddresses() {
  uint64_t *lane = addresses.lane;
  const bool wide = instruction.options & 1;
  const uint64_t offset = static_cast<uint64_t>(instruction.offset);
  if (wide) {
    const uint64_t *base = warp.read<uint64_t>(instruction.sources[0]);
    for (unsigned i = 0; i < warpSize; ++i)
      lane[i] = base[i] + offset;
  } else {
    const uint32_t *base = warp.read<uint32_t>(instruction.sources[0]);
    for (unsigned i = 0; i < warpSize; ++i)
      lane[i] = static_cast<uint32_t>(base[i] + offset);
  }
  uint64_t apart = 0;
  for (unsigned i = 0; i < warpSize; ++i)
    apart |= lane[i] ^ (lane[0] + uint64_t(i) * size);
  addresses.contiguous = apart == 0 && warp.active == allLanes;
}

/// The windows of shared and local memory are beyond every address of a process.
void Access::resolveGeneric() {
  uint64_t window = addresses.lane[lowestLane(warp.active)] & (sharedWindow | localWindow);
  forActive([&](unsigned lane) {
    if ((addresses.lane[lane] & (sharedWindow | localWindow)) != window)
      ptx::fail(warp, instruction, lane, Fault::Kind::Unsupported, "generic addresses in two spaces at once");
  });
  space = window == sharedWindow ? Space::Shared : window == localWindow ? Space::Local : Space::Global;
  relocate(-window);
}

void Access::checkAlignment() {
  uint64_t low = 0;
  if (addresses.contiguous)
    low = addresses.lane[0];
  else
    forActive([&](unsigned lane) { low |= addresses.lane[lane]; });
  if (low & (size - 1))
    forActive([&](unsigned lane) {
      if (addresses.lane[lane] & (size - 1))
        fail(lane, Fault::Kind::Misaligned, "misaligned " + described());
    });
}

const std::vector<Span> &Access::spans() const {
  switch (space) {
  case Space::Shared:
    return context.shared;
  case Space::Local:
    return context.program.local;
  case Space::Param:
    return context.program.parameters;
  default:
    return context.global;
  }
}

bool Access::within(const Span &span) const {
  if (addresses.contiguous)
    return addresses.lane[0] >= span.begin && addresses.lane[warpSize - 1] + size <= span.end;
  uint64_t lowest = ~uint64_t(0), highest = 0;
  for (unsigned lane = 0; lane < warpSize; ++lane) {
    bool active = warp.active >> lane & 1;
    lowest = active ? std::min(lowest, addresses.lane[lane]) : lowest;
    highest = active ? std::max(highest, addresses.lane[lane]) : highest;
  }
  return lowest >= span.begin && highest < span.end && span.end - highest >= size;
}

/// Most instructions access one region again and again.
void Access::checkBounds() {
  const std::vector<Span> &all = spans();
  uint32_t &last = block.lastSpan[static_cast<size_t>(&instruction - context.program.code.data())];
  if (last >= all.size() || !within(all[last])) {
    forActive([&](unsigned lane) { checkLane(lane); });
    const Span *span = spanBelow(all, addresses.lane[lowestLane(warp.active)]);
    last = static_cast<uint32_t>(span - all.data());
    return;
  }
  if (kind != MemoryAccess::Read && !all[last].writable)
    fail(lowestLane(warp.active), Fault::Kind::ReadOnly, described() + " to read-only memory");
}

void Access::checkLane(unsigned lane) {
  uint64_t address = addresses.lane[lane];
  const Span *span = spanBelow(spans(), address);
  if (!span || address >= span->end || span->end - address < size)
    fail(lane, Fault::Kind::OutOfBounds, described() + " out of bounds");
  if (kind != MemoryAccess::Read && !span->writable)
    fail(lane, Fault::Kind::ReadOnly, described() + " to read-only memory");
}

void Access::prepareGlobal() {
  Statistics &statistics = block.statistics;
  uint64_t lanes = static_cast<unsigned>(__builtin_popcount(warp.active));
  if (kind == MemoryAccess::Read) {
    statistics.loads += lanes;
    statistics.loadBytes += lanes * size;
  } else if (kind == MemoryAccess::Write) {
    statistics.stores += lanes;
    statistics.storeBytes += lanes * size;
  } else {
    statistics.atomics += lanes;
  }
  statistics.sectors += sectors();
  if (block.globalShadow)
    forActive([&](unsigned lane) {
      findRace(*block.globalShadow, lane);
      if (kind == MemoryAccess::Atomic)
        block.order.atomic(warp.firstThread + lane, addresses.lane[lane]);
    });
}

uint64_t Access::sectors() const {
  constexpr unsigned bits = 5; // 32 bytes
  const uint64_t *lane = addresses.lane;
  if (addresses.contiguous)
    return ((lane[warpSize - 1] + size - 1) >> bits) - (lane[0] >> bits) + 1;
  uint64_t touched[warpSize];
  unsigned count = 0;
  for (uint32_t lanes = warp.active; lanes; lanes &= lanes - 1) {
    uint64_t sector = lane[lowestLane(lanes)] >> bits;
    if (count == 0 || touched[count - 1] != sector)
      touched[count++] = sector;
  }
  if (!std::is_sorted(touched, touched + count))
    std::sort(touched, touched + count);
  return static_cast<uint64_t>(std::unique(touched, touched + count) - touched);
}

void Access::prepareShared() {
  ++block.statistics.sharedAccesses;
  forActive([&](unsigned lane) {
    checkValid(block.shared, lane, addresses.lane[lane]);
    if (block.sharedShadow)
      findRace(*block.sharedShadow, lane);
  });
  relocate(reinterpret_cast<uint64_t>(block.shared.bytes.data()));
}

void Access::prepareLocal() {
  forActive([&](unsigned lane) {
    uint64_t thread = (warp.firstThread + lane) * block.localBytes;
    checkValid(block.local, lane, thread + addresses.lane[lane]);
    addresses.lane[lane] += thread;
  });
  addresses.contiguous = false;
  relocate(reinterpret_cast<uint64_t>(block.local.bytes.data()));
}

void Access::checkValid(PrivateMemory &memory, unsigned lane, uint64_t at) {
  uint8_t *valid = memory.valid.data() + at;
  if (kind == MemoryAccess::Write) {
    std::memset(valid, 1, size);
    return;
  }
  forNeeded([&](unsigned offset, unsigned bytes) {
    if (context.options.uninitialized && std::memchr(valid + offset, 0, bytes))
      fail(lane, Fault::Kind::Uninitialized, described() + " of what was never written,");
  });
  if (kind == MemoryAccess::Atomic)
    std::memset(valid, 1, size);
}

void Access::findRace(Shadow &shadow, unsigned lane) {
  forNeeded([&](unsigned offset, unsigned bytes) {
    MemoryAccess access{addresses.lane[lane] + offset,
                        bytes,
                        kind,
                        warp.firstThread + lane,
                        warp.stamp,
                        block.barrierStamp,
                        block.firstStamp,
                        &block.order};
    if (Conflict other = shadow.record(access))
      fail(lane, Fault::Kind::Race, "race: " + described() + " of " + other.text() + ",");
  });
}

std::string Access::described() const {
  const char *what = kind == MemoryAccess::Read ? "read" : kind == MemoryAccess::Write ? "write" : "atomic";
  return std::string(what) + " of " + std::to_string(size) + " bytes";
}

/// "shared address 0x418 ('exchange' + 24)"
std::string Access::place(unsigned lane) const {
  uint64_t address = addresses.lane[lane];
  std::string text = std::string(nameOf(space)) + " address " + hexadecimal(address);
  const Span *span = spanBelow(spans(), address);
  if (!span)
    return text + " (below all memory)";
  return text + " ('" + span->name + "' of " + std::to_string(span->end - span->begin) + " bytes, + " +
         std::to_string(address - span->begin) + ")";
}

} // namespace

void prepareAccess(Warp &warp, const Instruction &instruction, unsigned size, MemoryAccess::Kind kind,
                   Addresses &addresses) {
  Access(warp, instruction, size, kind, addresses).prepare();
}

} // namespace dpsims::ptx
