// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a step's operands are. Addresses are known only after the plan is made: steps keep Operands and resolve
// them when they are bound.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_OPERAND_H
#define DPSIMS_RUNTIME_DEVICE_CPU_OPERAND_H

#include "runtime/model/model.h"

#include <cstdint>
#include <vector>

namespace dpsims {

/// A place: `offset` bytes into an input, an output, the arena, a kept constant (by slot), a variable, or a part of the
/// workspace.
struct Operand {
  enum class Kind : uint8_t { Input, Output, Arena, Constant, Variable, Scratch };

  Kind kind = Kind::Arena;
  uint32_t index = 0;
  uint64_t offset = 0;

  /// True when the caller may give another address at each run.
  bool isArgument() const { return kind == Kind::Input || kind == Kind::Output; }
};

/// The addresses that operands are resolved with.
struct Addresses {
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
  void *arena = nullptr;
  std::vector<void *> constants; ///< by slot of the ConstantStore
  std::vector<void *> variables; ///< in the entry's order
  void *scratch = nullptr;

  void *resolve(const Operand &operand) const { return static_cast<char *>(base(operand)) + operand.offset; }

private:
  void *base(const Operand &operand) const {
    switch (operand.kind) {
    case Operand::Kind::Input:
      return const_cast<void *>(inputs[operand.index]);
    case Operand::Kind::Output:
      return outputs[operand.index];
    case Operand::Kind::Arena:
      return arena;
    case Operand::Kind::Constant:
      return constants[operand.index];
    case Operand::Kind::Variable:
      return variables[operand.index];
    case Operand::Kind::Scratch:
      break;
    }
    return scratch;
  }
};

/// Memory that steps share, because only one runs at a time.
struct WorkspaceNeeds {
  uint64_t scratch = 0;

  void needScratch(uint64_t bytes) { scratch = bytes > scratch ? bytes : scratch; }
};

/// Divides the scratch memory among the needs of one step.
class ScratchSpace {
public:
  explicit ScratchSpace(WorkspaceNeeds &needs) : needs(needs) {}

  /// The next `bytes` bytes, aligned to a cache line.
  Operand reserve(uint64_t bytes) {
    uint64_t offset = end;
    end += (bytes + 63) / 64 * 64;
    needs.needScratch(end);
    return {Operand::Kind::Scratch, 0, offset};
  }

private:
  WorkspaceNeeds &needs;
  uint64_t end = 0;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_OPERAND_H
