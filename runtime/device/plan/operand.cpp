// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/plan/operand.h"

namespace dpsims {

uint32_t Operand::alignment(uint64_t memory) const {
  uint64_t lowest = offset & (~offset + 1);
  return static_cast<uint32_t>(offset == 0 || lowest > memory ? memory : lowest);
}

Operand operandOf(const Buffer &buffer, const std::function<uint32_t(uint32_t constant)> &slotOf) {
  switch (buffer.space) {
  case Space::Input:
    return {Operand::Kind::Input, buffer.index, buffer.offset};
  case Space::Output:
    return {Operand::Kind::Output, buffer.index, buffer.offset};
  case Space::Constant:
    return {Operand::Kind::Constant, slotOf(buffer.index), buffer.offset};
  case Space::Variable:
    return {Operand::Kind::Variable, buffer.index, buffer.offset};
  case Space::Arena:
  case Space::Load:
    break;
  }
  return {Operand::Kind::Arena, 0, buffer.offset};
}

void *Addresses::base(const Operand &operand) const {
  switch (operand.kind) {
  case Operand::Kind::Input:
    return const_cast<void *>(inputs[operand.index]);
  case Operand::Kind::Output:
    return outputs[operand.index];
  case Operand::Kind::Constant:
    return constants[operand.index];
  case Operand::Kind::Variable:
    return variables[operand.index];
  case Operand::Kind::Workspace:
    return workspaces[operand.index];
  case Operand::Kind::Arena:
    break;
  }
  return arena;
}

} // namespace dpsims
