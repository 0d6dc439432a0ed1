// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// mov, cvta, and what packs and unpacks parts of registers.

#include "test/emulator/ptx_decoder.h"
#include "test/emulator/ptx_lanes.h"

namespace dpsims::ptx {

namespace {

struct Identity {
  template <typename T> static T apply(T a) { return a; }
};
struct Add {
  template <typename T> static T apply(T a, T b) { return a + b; }
};

void moveMask(Warp &warp, const Instruction &instruction) {
  warp.writeMask(instruction.destinations[0], warp.readMask(instruction.sources[0]));
}

template <typename Part, typename Whole> void packParts(Warp &warp, const Instruction &instruction) {
  Whole result[warpSize] = {};
  for (unsigned i = 0; i < sizeof(Whole) / sizeof(Part); ++i) {
    const Part *part = warp.read<Part>(instruction.sources[i]);
    for (unsigned lane = 0; lane < warpSize; ++lane)
      result[lane] |= static_cast<Whole>(Whole(part[lane]) << 8 * sizeof(Part) * i);
  }
  warp.write(instruction.destinations[0], result);
}

template <typename Part, typename Whole> void unpackParts(Warp &warp, const Instruction &instruction) {
  Whole whole[warpSize]; // a destination may be the source
  std::memcpy(whole, warp.read<Whole>(instruction.sources[0]), sizeof whole);
  for (unsigned i = 0; i < sizeof(Whole) / sizeof(Part); ++i) {
    Part result[warpSize];
    for (unsigned lane = 0; lane < warpSize; ++lane)
      result[lane] = static_cast<Part>(whole[lane] >> 8 * sizeof(Part) * i);
    warp.write(instruction.destinations[i], result);
  }
}

/// mov.b64 %rd1, {%r1, %r2} and mov.b64 {%r1, %r2}, %rd1
void decodeParts(Decoder &decoder, Type type, bool packing) {
  const std::vector<OperandText> &parts = decoder.operand(packing ? 1 : 0).elements;
  unsigned size = sizeOf(type), partSize = parts.empty() ? 0 : size / static_cast<unsigned>(parts.size());
  Instruction &instruction = decoder.instruction;
  if (size == 8 && parts.size() == 2)
    instruction.execute = packing ? packParts<uint32_t, uint64_t> : unpackParts<uint32_t, uint64_t>;
  else if (size == 8 && parts.size() == 4)
    instruction.execute = packing ? packParts<uint16_t, uint64_t> : unpackParts<uint16_t, uint64_t>;
  else if (size == 4 && parts.size() == 2)
    instruction.execute = packing ? packParts<uint16_t, uint32_t> : unpackParts<uint16_t, uint32_t>;
  else
    decoder.unsupported();
  Type partType = partSize == 4 ? Type::B32 : Type::B16;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (packing)
      instruction.sources[i] = decoder.source(parts[i], partType);
    else
      instruction.destinations[i] = decoder.destination(parts[i], partType);
  }
  if (packing)
    instruction.destinations[0] = decoder.destination(0, type);
  else
    instruction.sources[0] = decoder.source(1, type);
}

Execute moveOf(unsigned size) {
  return size == 2   ? unary<Identity, uint16_t>
         : size == 4 ? unary<Identity, uint32_t>
         : size == 8 ? unary<Identity, uint64_t>
                     : nullptr;
}

void decodeMove(Decoder &decoder) {
  Type type = decoder.takeType();
  decoder.expectOperands(2);
  bool packing = decoder.operand(1).kind == OperandText::Vector;
  if (packing || decoder.operand(0).kind == OperandText::Vector)
    return decodeParts(decoder, type, packing);
  Instruction &instruction = decoder.instruction;
  instruction.execute = type == Type::Pred ? moveMask : moveOf(sizeOf(type));
  if (!instruction.execute)
    decoder.unsupported();
  instruction.destinations[0] = decoder.destination(0, type);
  instruction.sources[0] = decoder.source(1, type);
}

/// Between a space and the generic space, where shared and local memory have their windows.
void decodeConvertAddress(Decoder &decoder) {
  bool fromGeneric = decoder.take("to");
  std::optional<Space> space = decoder.takeSpace();
  if (decoder.takeType() != Type::U64 || !space || *space == Space::Param)
    decoder.unsupported();
  decoder.expectOperands(2);
  Instruction &instruction = decoder.instruction;
  uint64_t window = *space == Space::Shared ? sharedWindow : *space == Space::Local ? localWindow : 0;
  instruction.execute = window ? binary<Add, uint64_t> : unary<Identity, uint64_t>;
  instruction.destinations[0] = decoder.destination(0, Type::U64);
  instruction.sources[0] = decoder.source(1, Type::U64);
  instruction.sources[1] = decoder.kernel.constant(fromGeneric ? -window : window, sizeof window);
}

} // namespace

const Opcode moveOpcodes[] = {{"mov", decodeMove}, {"cvta", decodeConvertAddress}, {}};

} // namespace dpsims::ptx
