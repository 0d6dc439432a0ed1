// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a step's operands are, on any device. Addresses are known only after the plan is made: steps keep Operands and
// resolve them when they are bound.

#ifndef DPSIMS_RUNTIME_DEVICE_PLAN_OPERAND_H
#define DPSIMS_RUNTIME_DEVICE_PLAN_OPERAND_H

#include "runtime/format/model.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace dpsims {

/// A place: `offset` bytes into an input, an output, the arena, a kept constant (by slot), a variable, or the
/// workspace of a lane.
struct Operand {
  enum class Kind : uint8_t { Input, Output, Arena, Constant, Variable, Workspace };

  Kind kind = Kind::Arena;
  uint32_t index = 0;
  uint64_t offset = 0;

  /// So many bytes further.
  Operand at(uint64_t bytes) const { return {kind, index, offset + bytes}; }

  /// True when the caller may give another address at each run.
  bool isArgument() const { return kind == Kind::Input || kind == Kind::Output; }

  /// What the address is a multiple of, given that each of those begins at a multiple of `memory`.
  uint32_t alignment(uint64_t memory) const;
};

/// The buffer as an operand. `slotOf` asks for a constant as it is, and returns its slot.
Operand operandOf(const Buffer &buffer, const std::function<uint32_t(uint32_t constant)> &slotOf);

/// The addresses that operands are resolved with.
struct Addresses {
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
  void *arena = nullptr;
  std::vector<void *> constants;  ///< by slot of the ConstantStore
  std::vector<void *> variables;  ///< in the entry's order
  std::vector<void *> workspaces; ///< by lane

  void *resolve(const Operand &operand) const { return static_cast<char *>(base(operand)) + operand.offset; }
  float *floats(const Operand &operand) const { return static_cast<float *>(resolve(operand)); }

private:
  void *base(const Operand &operand) const;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_PLAN_OPERAND_H
