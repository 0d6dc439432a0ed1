// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Branches, barriers, and what lanes of a warp tell one another.

#include "test/emulator/ptx_block.h"
#include "test/emulator/ptx_decoder.h"

#include <algorithm>

namespace dpsims::ptx {

namespace {

void decodeBranch(Decoder &decoder) {
  decoder.take("uni");
  decoder.expectOperands(1);
  decoder.instruction.flow = Flow::Branch;
  decoder.branchTo(0);
}

void decodeReturn(Decoder &decoder) {
  decoder.take("uni");
  decoder.expectOperands(0);
  decoder.instruction.flow = Flow::Exit;
}

void nothing(Warp &, const Instruction &) {}

/// Warps run one after another and see each other's writes at once; the search for races wants to know.
void fence(Warp &warp, const Instruction &) {
  Block &block = *warp.block;
  if (!block.globalShadow)
    return;
  for (uint32_t lanes = warp.active; lanes; lanes &= lanes - 1)
    block.order.fence(warp.firstThread + lowestLane(lanes), warp.stamp, block.barrierStamp, block.firstStamp);
}

/// One of a block's own scope orders nothing that is looked for.
void decodeFence(Decoder &decoder) {
  decoder.takeAny({"sc", "acq_rel"});
  bool ofDevice = decoder.takeOneOf({"gl", "gpu", "sys"}) >= 0;
  if (!ofDevice)
    decoder.takeAny({"cta", "cluster"});
  decoder.expectOperands(0);
  decoder.instruction.execute = ofDevice ? fence : nothing;
}

/// What the lanes did before is ordered before what they do now.
void warpBarrier(Warp &warp, const Instruction &) { warp.stamp = ++warp.block->stamp; }

void decodeBarrier(Decoder &decoder) {
  Instruction &instruction = decoder.instruction;
  bool ofWarp = decoder.take("warp");
  decoder.takeAny({"cta", "aligned"});
  if (!decoder.take("sync"))
    decoder.unsupported();
  decoder.expectOperands(1);
  if (ofWarp) {
    instruction.flow = Flow::Collective;
    instruction.execute = warpBarrier;
    instruction.collectiveMask = decoder.source(0, Type::B32);
    return;
  }
  const OperandText &number = decoder.operand(0);
  if (number.kind != OperandText::Integer || number.bits > 15)
    decoder.fail("the barrier must be a number below 16", Fault::Kind::Unsupported);
  instruction.flow = Flow::Barrier;
  instruction.options = static_cast<uint16_t>(number.bits);
}

//===--------------------------------------------------------------------------------------------------------------===//
// Shuffles
//===--------------------------------------------------------------------------------------------------------------===//

enum ShuffleMode : uint16_t { Up, Down, Butterfly, Index };

/// The lane to read from, and whether it is in the lane's segment.
int sourceLane(unsigned mode, int lane, int b, int c, bool &inSegment) {
  int bound = c & 31, segment = c >> 8 & 31;
  int highest = (lane & segment) | (bound & ~segment), lowest = lane & segment;
  b &= 31;
  int from = mode == Up ? lane - b : mode == Down ? lane + b : mode == Butterfly ? lane ^ b : lowest | (b & ~segment);
  inSegment = mode == Up ? from >= highest : from <= highest;
  return inSegment ? from : lane;
}

void shuffle(Warp &warp, const Instruction &instruction) {
  const uint32_t *values = warp.read<uint32_t>(instruction.sources[0]);
  const uint32_t *b = warp.read<uint32_t>(instruction.sources[1]), *c = warp.read<uint32_t>(instruction.sources[2]);
  uint32_t result[warpSize] = {}, found = 0;
  for (uint32_t lanes = warp.active; lanes; lanes &= lanes - 1) {
    unsigned lane = lowestLane(lanes);
    bool inSegment = false;
    int from = sourceLane(instruction.options, static_cast<int>(lane), static_cast<int>(b[lane]),
                          static_cast<int>(c[lane]), inSegment);
    if (!(warp.active >> from & 1))
      fail(warp, instruction, lane, Fault::Kind::Divergence,
           "a shuffle reads from lane " + std::to_string(from) + ", which does not take part");
    result[lane] = values[from];
    found |= uint32_t(inSegment) << lane;
  }
  warp.write(instruction.destinations[0], result);
  if (instruction.vector == 2)
    warp.writeMask(instruction.destinations[1], found);
}

void decodeShuffle(Decoder &decoder) {
  int mode = decoder.takeOneOf({"up", "down", "bfly", "idx"});
  if (mode < 0 || !decoder.take("sync") || decoder.takeType() != Type::B32)
    decoder.unsupported();
  decoder.expectOperands(5);
  Instruction &instruction = decoder.instruction;
  instruction.flow = Flow::Collective;
  instruction.execute = shuffle;
  instruction.options = static_cast<uint16_t>(mode);
  OperandText first = decoder.operand(0);
  if (!first.second.empty()) {
    instruction.vector = 2;
    instruction.destinations[1] = decoder.destination({OperandText::Name, first.second}, Type::Pred);
    first.second = {};
  }
  instruction.destinations[0] = decoder.destination(first, Type::B32);
  for (unsigned i = 0; i < 3; ++i)
    instruction.sources[i] = decoder.source(i + 1, Type::B32);
  instruction.collectiveMask = decoder.source(4, Type::B32);
}

//===--------------------------------------------------------------------------------------------------------------===//
// Votes and reductions
//===--------------------------------------------------------------------------------------------------------------===//

enum Vote : uint16_t { All, Any, Uniform, Ballot, NegatedOperand = 4 };

/// The lanes that take part are those of the mask, which each lane names alike.
void vote(Warp &warp, const Instruction &instruction) {
  uint32_t mask = warp.read<uint32_t>(instruction.collectiveMask)[lowestLane(warp.active)];
  uint32_t votes = warp.readMask(instruction.sources[0]);
  if (instruction.options & NegatedOperand)
    votes = ~votes;
  votes &= mask;
  unsigned kind = instruction.options & 3;
  if (kind == Ballot) {
    uint32_t result[warpSize];
    std::fill(std::begin(result), std::end(result), votes);
    return warp.write(instruction.destinations[0], result);
  }
  bool all = votes == mask, none = votes == 0;
  bool yes = kind == All ? all : kind == Any ? !none : all || none;
  warp.writeMask(instruction.destinations[0], yes ? allLanes : 0);
}

void decodeVote(Decoder &decoder) {
  int kind = decoder.takeOneOf({"all", "any", "uni", "ballot"});
  if (kind < 0 || !decoder.take("sync") || decoder.takeType() != (kind == Ballot ? Type::B32 : Type::Pred))
    decoder.unsupported();
  decoder.expectOperands(3);
  Instruction &instruction = decoder.instruction;
  instruction.flow = Flow::Collective;
  instruction.execute = vote;
  bool negated = false;
  instruction.destinations[0] = decoder.destination(0, kind == Ballot ? Type::B32 : Type::Pred);
  instruction.sources[0] = decoder.predicate(decoder.operand(1), &negated);
  instruction.collectiveMask = decoder.source(2, Type::B32);
  instruction.options = static_cast<uint16_t>(kind | (negated ? NegatedOperand : 0));
}

void activeMask(Warp &warp, const Instruction &instruction) {
  uint32_t result[warpSize];
  std::fill(std::begin(result), std::end(result), warp.active);
  warp.write(instruction.destinations[0], result);
}

void decodeActiveMask(Decoder &decoder) {
  if (decoder.takeType() != Type::B32)
    decoder.unsupported();
  decoder.expectOperands(1);
  decoder.instruction.execute = activeMask;
  decoder.instruction.destinations[0] = decoder.destination(0, Type::B32);
}

} // namespace

const Opcode controlOpcodes[] = {
    {"bra", decodeBranch},
    {"ret", decodeReturn},
    {"exit", decodeReturn},
    {"bar", decodeBarrier},
    {"barrier", decodeBarrier},
    {"membar", decodeFence},
    {"fence", decodeFence},
    {"shfl", decodeShuffle},
    {"vote", decodeVote},
    {"activemask", decodeActiveMask},
    {},
};

} // namespace dpsims::ptx
