// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Steps of bf16 done in f32: where the processor has no instructions for bf16, where the library does not use them, and
// by algorithms that exist in f32 alone.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_CONVERTED_STEP_H
#define DPSIMS_RUNTIME_DEVICE_CPU_CONVERTED_STEP_H

#include "runtime/device/cpu/epilogue.h"
#include "runtime/device/cpu/step.h"
#include "runtime/device/cpu/step_operands.h"

#include <optional>
#include <vector>

namespace dpsims {

/// Does the library multiply bf16 by instructions for it here (AVX512_BF16, AMX)?
bool multipliesBf16();

/// Changes of type before a step and after it.
struct Conversions {
  PrimitiveList before, after;
};

/// The operands of a step of bf16, as a plan of f32. Each is a variable of its own there: where it is, or a copy in the
/// workspace for one of bf16. Constants that are packed stay what they are: packing widens them.
class WidenedOperands {
public:
  explicit WidenedOperands(const CpuStepContext &context) : context(context), space(context.workspace()) {}

  /// The buffer of `plan` for one of the context's plan.
  uint32_t place(uint32_t original, OperandRole role);

  /// Of a buffer of `plan`: it is converted before the step, or after it.
  void convert(uint32_t buffer, bool after);

  Operand reserve(uint64_t bytes) { return space.reserve(bytes); }

  Plan plan;                                  ///< buffers alone
  std::vector<std::optional<Operand>> places; ///< of plan.buffers, in the context's terms; none for constants
  Conversions conversions;

private:
  const CpuStepContext &context;
  StepWorkspace space;
  std::vector<uint32_t> originals;             // of plan.buffers
  std::vector<std::optional<Operand>> widened; // of those that are copies
};

/// A step on widened operands, with the conversions around it.
class ConvertedStep : public DeviceStep {
public:
  /// `places`: of the variables that `inner` works on; `workspace`: of all of its workspace.
  ConvertedStep(Team &team, Conversions conversions, std::vector<std::optional<Operand>> places,
                const Operand &workspace, std::unique_ptr<DeviceStep> inner);

  void bind(const Addresses &addresses) override;
  void run() override;
  std::string implementation() const override { return inner->implementation() + " in f32"; }

private:
  Team &team;
  Conversions conversions;
  std::vector<std::optional<Operand>> places;
  Operand workspace;
  std::unique_ptr<DeviceStep> inner;
};

/// The step in f32, by make(context, step); null where that is null.
template <typename Step, typename Make>
std::unique_ptr<DeviceStep> makeConvertedStep(const CpuStepContext &context, Step step, const Make &make) {
  WidenedOperands operands(context);
  replaceBuffers(step, [&](uint32_t buffer, OperandRole role) { return operands.place(buffer, role); });
  const uint32_t dst = step.dst, buffers = static_cast<uint32_t>(operands.plan.buffers.size());
  for (uint32_t buffer = 0; buffer < buffers; ++buffer)
    if (buffer != dst || residualOf(step) == static_cast<int32_t>(dst))
      operands.convert(buffer, /*after=*/false);
  operands.convert(dst, /*after=*/true);
  WorkspaceNeeds needs(context.workspaceNeeds.alignment);
  const CpuStepContext own{{operands.plan, context.constantInfos, context.constants, needs},
                           context.library,
                           context.team,
                           context.convolution,
                           context.cache,
                           context.communicator};
  std::unique_ptr<DeviceStep> inner = make(own, step);
  if (!inner)
    return nullptr;
  return std::make_unique<ConvertedStep>(context.team, std::move(operands.conversions), std::move(operands.places),
                                         operands.reserve(needs.bytes()), std::move(inner));
}

/// The step by make(context, step): as it is, or in f32 where it is of bf16 and the library has only its plain loops
/// for that, or nothing. `type`: of its factors.
template <typename Step, typename Make>
std::unique_ptr<DeviceStep> makeByLibrary(const CpuStepContext &context, const Step &step, ElementType type,
                                          const Make &make) {
  if (type != ElementType::BF16)
    return make(context, step);
  if (multipliesBf16()) {
    try {
      std::unique_ptr<DeviceStep> made = make(context, step);
      if (!isReference(made->implementation().c_str()))
        return made;
    } catch (const dnnl::error &error) {
      if (error.status != dnnl_unimplemented)
        throw;
    }
  }
  return makeConvertedStep(context, step, make);
}

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_CONVERTED_STEP_H
