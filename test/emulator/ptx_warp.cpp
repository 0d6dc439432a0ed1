// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The order of execution: of the groups of lanes that diverged, the one at the lowest instruction goes first, so that
// groups meet again where their paths join.

#include "test/emulator/ptx_warp.h"

#include "test/emulator/ptx_block.h"

#include <algorithm>

namespace dpsims::ptx {

void fail(const Warp &warp, const Instruction &instruction, unsigned lane, Fault::Kind kind, const std::string &what) {
  const Context &context = warp.block->context;
  const uint32_t *block = warp.block->position;
  std::string text = "kernel '" + context.kernel.name + "', block (" + std::to_string(block[0]) + ", " +
                     std::to_string(block[1]) + ", " + std::to_string(block[2]) + "), thread " +
                     std::to_string(warp.firstThread + lane) + ": " + what + ", PTX line " +
                     std::to_string(instruction.line) + ": ";
  for (char c : context.program.text(instruction))
    text += c == '\n' || c == '\t' ? ' ' : c;
  throw Fault(kind, text);
}

void Warp::insert(Group group) {
  if (!group.lanes)
    return;
  auto lower = [](const Group &a, const Group &b) { return a.pc > b.pc; };
  auto at = std::lower_bound(groups.begin(), groups.end(), group, lower);
  if (at != groups.end() && at->pc == group.pc) {
    at->lanes |= group.lanes;
    at->waiting = false;
  } else {
    groups.insert(at, group);
  }
}

void Warp::run() {
  state = State::Runnable;
  while (!groups.empty() && state == State::Runnable) {
    auto runnable = std::find_if(groups.rbegin(), groups.rend(), [](const Group &group) { return !group.waiting; });
    if (runnable == groups.rend())
      failWaiting();
    Group group = *runnable;
    groups.erase(std::next(runnable).base());
    runGroup(group);
  }
  if (groups.empty())
    state = State::Done;
}

/// Where the group meets the next one, if it goes straight on.
uint32_t Warp::meetingPoint(uint32_t pc) const {
  uint32_t point = ~uint32_t(0);
  for (const Group &other : groups)
    if (other.pc > pc)
      point = std::min(point, other.pc);
  return point;
}

void Warp::count(const Instruction &last, uint64_t instructions, uint32_t lanes) {
  executed += instructions;
  block->statistics.warpInstructions += instructions;
  block->statistics.instructions += instructions * static_cast<unsigned>(__builtin_popcount(lanes));
  if (executed > block->context.options.maxInstructions)
    fail(*this, last, lowestLane(lanes), Fault::Kind::Endless,
         "the warp runs more than " + std::to_string(block->context.options.maxInstructions) + " instructions");
}

/// Runs a group until it splits, ends, waits or meets another one.
void Warp::runGroup(Group group) {
  const Instruction *code = block->context.program.code.data();
  uint32_t first = group.pc, meeting = meetingPoint(group.pc);
  while (group.pc != meeting) {
    const Instruction &instruction = code[group.pc];
    active = group.lanes;
    if (instruction.predicated) {
      uint32_t predicate = readMask(instruction.predicate);
      active &= instruction.negated ? ~predicate : predicate;
    }
    if (instruction.flow == Flow::Next) {
      if (active)
        instruction.execute(*this, instruction);
      ++group.pc;
      continue;
    }
    count(instruction, group.pc - first + 1, group.lanes);
    if (!control(instruction, group))
      return;
    first = group.pc;
  }
  count(code[group.pc], group.pc - first, group.lanes);
  insert(group);
}

/// Runs an instruction that is not a plain one. Returns whether the group may go on, being the only one.
bool Warp::control(const Instruction &instruction, Group &group) {
  switch (instruction.flow) {
  case Flow::Branch:
    if (active == group.lanes) {
      group.pc = instruction.target;
      break;
    }
    insert({instruction.target, active, false});
    group.lanes &= ~active;
    ++group.pc;
    break;
  case Flow::Exit:
    live &= ~active;
    group.lanes &= ~active;
    ++group.pc;
    if (!group.lanes)
      return false;
    break;
  default:
    if (active && !arrive(instruction, group)) {
      group.waiting = true;
      insert(group);
      return false;
    }
    ++group.pc;
  }
  if (groups.empty())
    return true;
  insert(group);
  return false;
}

/// The lanes that a shuffle or barrier waits for.
uint32_t Warp::wantedLanes(const Instruction &instruction, uint32_t lanes) {
  if (instruction.flow == Flow::Barrier)
    return live;
  const uint32_t *masks = read<uint32_t>(instruction.collectiveMask);
  uint32_t wanted = 0;
  for (; lanes; lanes &= lanes - 1) {
    unsigned lane = lowestLane(lanes);
    wanted |= masks[lane];
    if (!(masks[lane] >> lane & 1))
      fail(*this, instruction, lane, Fault::Kind::Divergence, "the mask does not name the lane itself");
  }
  return wanted;
}

/// Whether all lanes have come to a shuffle, which is then done. A barrier of the block is for the block to open.
bool Warp::arrive(const Instruction &instruction, Group &group) {
  uint32_t missing = wantedLanes(instruction, active) & ~active;
  if (missing & ~live)
    failMissing(instruction, missing & ~live);
  if (missing && active != group.lanes)
    fail(*this, instruction, lowestLane(active), Fault::Kind::Divergence,
         "the predicate keeps lanes away that the others wait for");
  if (missing)
    return false;
  if (instruction.flow == Flow::Barrier) {
    if (uint32_t ended = present & ~live)
      failMissing(instruction, ended);
    state = State::AtBarrier;
    return false;
  }
  instruction.execute(*this, instruction);
  return true;
}

/// The active lanes wait for others that do not come.
void Warp::failMissing(const Instruction &instruction, uint32_t missing) {
  unsigned lane = lowestLane(missing);
  const char *what = instruction.flow == Flow::Barrier ? "a barrier in divergent code, where thread "
                                                       : "a shuffle or vote in divergent code, where thread ";
  std::string text = what + std::to_string(firstThread + lane) + " is missing: it ";
  if (!(present >> lane & 1))
    text += "does not exist";
  else if (!(live >> lane & 1))
    text += "has ended";
  for (const Group &group : groups)
    if (group.lanes >> lane & 1)
      text += "is at PTX line " + std::to_string(block->context.program.code[group.pc].line);
  fail(*this, instruction, lowestLane(active), Fault::Kind::Divergence, text);
}

/// All groups wait, and not in one place.
void Warp::failWaiting() {
  const Group &group = groups.back();
  const Instruction &instruction = block->context.program.code[group.pc];
  active = group.lanes;
  failMissing(instruction, wantedLanes(instruction, active) & ~active);
}

} // namespace dpsims::ptx
