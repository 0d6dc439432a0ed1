// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A warp in execution: its registers, and which lanes are where.

#ifndef DPSIMS_TEST_EMULATOR_PTX_WARP_H
#define DPSIMS_TEST_EMULATOR_PTX_WARP_H

#include "test/emulator/ptx_program.h"

#include <cstring>

namespace dpsims::ptx {

struct Block;

/// Lanes at one instruction.
struct Group {
  uint32_t pc, lanes;
  bool waiting; // at a shuffle or barrier
};

struct Warp {
  enum class State { Runnable, AtBarrier, Done };

  Block *block = nullptr;
  uint8_t *registers = nullptr;
  const uint8_t *constants = nullptr;
  uint32_t active = 0;      // lanes that the instruction runs for
  uint32_t present = 0;     // lanes that exist
  uint32_t live = 0;        // lanes that exist and have not ended
  uint32_t firstThread = 0; // of the block
  uint32_t stamp = 0;       // accesses of one stamp are not ordered among the warp's lanes
  uint64_t executed = 0;    // instructions of the warp
  State state = State::Runnable;
  std::vector<Group> groups; // lowest pc last

  template <typename T> T *lanes(Operand operand) { return reinterpret_cast<T *>(registers + operand.place); }
  template <typename T> const T *read(Operand operand) const {
    return reinterpret_cast<const T *>(operand.place >= 0 ? registers + operand.place : constants + ~operand.place);
  }
  uint32_t readMask(Operand predicate) const { return *read<uint32_t>(predicate); }

  /// Sets the active lanes of a register.
  template <typename T> void write(Operand destination, const T (&values)[warpSize]) {
    T *to = lanes<T>(destination);
    if (active == allLanes) {
      std::memcpy(to, values, sizeof values);
      return;
    }
    for (unsigned lane = 0; lane < warpSize; ++lane)
      to[lane] = active >> lane & 1 ? values[lane] : to[lane];
  }
  void writeMask(Operand predicate, uint32_t values) {
    uint32_t &to = *lanes<uint32_t>(predicate);
    to = (to & ~active) | (values & active);
  }

  /// Runs until all lanes have ended or wait at the block's barrier.
  void run();

private:
  void runGroup(Group group);
  bool control(const Instruction &instruction, Group &group);
  bool arrive(const Instruction &instruction, Group &group);
  void insert(Group group);
  uint32_t meetingPoint(uint32_t pc) const;
  void count(const Instruction &last, uint64_t instructions, uint32_t lanes);
  uint32_t wantedLanes(const Instruction &instruction, uint32_t lanes);
  [[noreturn]] void failMissing(const Instruction &instruction, uint32_t missing);
  [[noreturn]] void failWaiting();
};

/// Names kernel, block, thread, line and instruction.
[[noreturn]] void fail(const Warp &warp, const Instruction &instruction, unsigned lane, Fault::Kind kind,
                       const std::string &what);

inline unsigned lowestLane(uint32_t mask) { return static_cast<unsigned>(__builtin_ctz(mask)); }

} // namespace dpsims::ptx

#endif
