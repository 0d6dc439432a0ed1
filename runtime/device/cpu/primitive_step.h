// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step of oneDNN primitives, with an epilogue.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_PRIMITIVE_STEP_H
#define DPSIMS_RUNTIME_DEVICE_CPU_PRIMITIVE_STEP_H

#include "runtime/device/cpu/epilogue.h"
#include "runtime/device/cpu/step.h"

namespace dpsims {

class PrimitiveStep : public DeviceStep {
public:
  /// `implementation` names the main one of the primitives.
  PrimitiveStep(PrimitiveList primitives, EpilogueTail tail, std::string implementation)
      : primitives(std::move(primitives)), tail(std::move(tail)), name(std::move(implementation)) {}

  void bind(const Addresses &addresses) override {
    dpsims::bind(primitives, addresses);
    tail.bind(addresses);
  }
  void run() override {
    dpsims::run(primitives);
    tail.run();
  }
  std::string implementation() const override { return tail.isEmpty() ? name : name + " + epilogue"; }

private:
  PrimitiveList primitives;
  EpilogueTail tail;
  std::string name;
};

/// Finds the primitive that does most of an epilogue itself without falling back to the library's plain loops, then
/// completes it with the result, the residual, the scratchpad and what is left of the epilogue.
template <typename Descriptor> class FusedPrimitive {
public:
  /// `describe(attributes)` gives a Descriptor, or throws dnnl::error.
  template <typename Describe>
  FusedPrimitive(const CpuStepContext &context, const Epilogue &epilogue, int32_t residual, uint32_t dst,
                 const dnnl::memory::desc &dstDesc, const Describe &describe)
      : epilogue(epilogue), result(context.operand(dst)), resultDesc(dstDesc) {
    if (residual >= 0) {
      const Buffer &added = context.plan.buffers[static_cast<size_t>(residual)];
      kind = sameBytes(added, context.plan.buffers[dst]) ? ResidualKind::InPlace : ResidualKind::Separate;
      residualOperand = context.operand(static_cast<uint32_t>(residual));
    }
    choose(describe);
  }

  Descriptor descriptor;

  /// `before`: what runs before `primitive`.
  std::unique_ptr<DeviceStep> finish(const CpuStepContext &context, ScratchSpace &scratch, PrimitiveList before,
                                     BoundPrimitive primitive) const {
    primitive.add(DNNL_ARG_DST, resultDesc, result);
    if (fused.residual && kind == ResidualKind::Separate)
      primitive.add(residualArgument(epilogue), resultDesc, *residualOperand);
    primitive.addScratchpad(descriptor.scratchpad_desc(), scratch);
    before.push_back(std::move(primitive));
    std::optional<Operand> left = kind == ResidualKind::Separate ? residualOperand : std::nullopt;
    return std::make_unique<PrimitiveStep>(
        std::move(before), EpilogueTail(context.library, epilogue, fused, resultDesc, result, left, context.threads),
        descriptor.impl_info_str());
  }

private:
  template <typename Describe> void choose(const Describe &describe) {
    bool found = false;
    for (const FusedParts &parts : fusionLevels(epilogue, kind)) {
      try {
        Descriptor candidate = describe(makeAttributes(epilogue, kind, parts, resultDesc));
        if (found && isReference(candidate.impl_info_str()))
          continue;
        descriptor = candidate;
        fused = parts;
        found = true;
        if (!isReference(candidate.impl_info_str()))
          return;
      } catch (const dnnl::error &error) {
        if (error.status != dnnl_unimplemented)
          throw;
      }
    }
    if (!found)
      throw dnnl::error(dnnl_unimplemented, "oneDNN has no implementation");
  }

  const Epilogue &epilogue;
  ResidualKind kind = ResidualKind::None;
  Operand result;
  std::optional<Operand> residualOperand;
  dnnl::memory::desc resultDesc;
  FusedParts fused;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_PRIMITIVE_STEP_H
