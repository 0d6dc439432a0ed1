// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels as the emulator executes them: each instruction decoded once, with a function that runs it for a warp.

#ifndef DPSIMS_TEST_EMULATOR_PTX_PROGRAM_H
#define DPSIMS_TEST_EMULATOR_PTX_PROGRAM_H

#include "test/emulator/ptx_emulator.h"
#include "test/emulator/ptx_types.h"

#include <string_view>

namespace dpsims::ptx {

constexpr unsigned warpSize = 32;
constexpr uint32_t allLanes = 0xffffffff;

struct Warp;
struct Instruction;

/// Where the 32 values of an operand are: a place in the warp's registers or, if negative, ~place in the program's
/// constants. A predicate is one mask.
struct Operand {
  int32_t place = ~0;
};

/// What an instruction does to the order of execution.
enum class Flow : uint8_t {
  Next,
  Branch,
  Exit,
  Collective, // waits for the lanes that collectiveMask names
  Barrier,    // waits for all threads of the block
};

using Execute = void (*)(Warp &, const Instruction &);

struct Instruction {
  Execute execute = nullptr;
  Operand destinations[4];
  Operand sources[5];
  Operand predicate;
  Operand collectiveMask;
  int64_t offset = 0;  // of an address
  uint32_t target = 0; // of a branch
  uint32_t line = 0;
  uint32_t text = 0, textLength = 0; // in Program::text
  uint16_t options = 0;              // what `execute` takes them for
  Flow flow = Flow::Next;
  Space space = Space::Generic;
  uint8_t vector = 1;    // elements of a memory access
  uint8_t needed = 0xff; // the elements of a memory access whose registers somebody reads
  bool predicated = false, negated = false, isLoad = false;
};

/// A stretch of memory with a name: an array of shared memory, a parameter, a region of global memory.
struct Span {
  uint64_t begin, end;
  bool writable;
  std::string name;
};

/// Variables of a module in global and constant memory; their addresses are addresses of this process.
struct ModuleData {
  std::vector<std::unique_ptr<uint8_t[]>> storage;
  std::vector<Span> spans; // sorted
};

enum class Special : uint8_t {
  ThreadX,
  ThreadY,
  BlockSizeX,
  BlockSizeY,
  BlockX,
  BlockY,
  BlockZ,
  GridX,
  GridY,
  GridZ,
  Lane,
  WarpId,
  WarpCount,
  MaskEqual,
  MaskLess,
  MaskLessEqual,
  MaskGreater,
  MaskGreaterEqual,
  DynamicSharedBytes,
};

struct SpecialRegister {
  Special kind;
  Operand place;
};

// Windows of the generic address space, beyond every address of a process.
constexpr uint64_t sharedWindow = uint64_t(1) << 60, localWindow = uint64_t(1) << 61;

struct Program {
  std::shared_ptr<const std::string> source;
  std::shared_ptr<ModuleData> data;
  std::vector<Instruction> code;
  std::vector<uint8_t> constants;
  uint32_t registerBytes = 0; // of a warp
  std::vector<SpecialRegister> specials;
  std::vector<Span> shared, local, parameters; // sorted; addresses within their space
  int64_t dynamicShared = -1;                  // address of the `.extern .shared` array, after all others
  bool hasBarrier = false;

  std::string_view text(const Instruction &instruction) const {
    return std::string_view(*source).substr(instruction.text, instruction.textLength);
  }
};

} // namespace dpsims::ptx

#endif
