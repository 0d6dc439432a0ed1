// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/plan/step.h"

namespace dpsims {

Operand StepContext::operand(uint32_t index) const {
  return operandOf(buffer(index), [&](uint32_t constant) { return constants.needPlain(constant); });
}

std::optional<Operand> StepContext::optionalOperand(int32_t index) const {
  return index < 0 ? std::nullopt : std::optional(operand(static_cast<uint32_t>(index)));
}

std::vector<Operand> StepContext::operands(const std::vector<uint32_t> &buffers) const {
  std::vector<Operand> result;
  for (uint32_t index : buffers)
    result.push_back(operand(index));
  return result;
}

bool StepContext::isConstant(uint32_t index) const {
  const Buffer &whole = buffer(index);
  return whole.space == Space::Constant && whole.offset == 0 && whole.bytes() == constantInfos[whole.index].bytes();
}

bool StepContext::overwritesResidual(uint32_t dst, int32_t residual) const {
  return residual >= 0 && overlap(buffer(dst), buffer(static_cast<uint32_t>(residual)));
}

bool launchesKernels(const Plan &plan) {
  return std::any_of(plan.steps.begin(), plan.steps.end(),
                     [](const Step &step) { return std::holds_alternative<LaunchStep>(step.operation); });
}

} // namespace dpsims
