// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dst = activation(src * weights + bias) + residual as primitives on slabs of the result, with as much of the epilogue
// in them as the library does well.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_FUSED_STEP_H
#define DPSIMS_RUNTIME_DEVICE_CPU_FUSED_STEP_H

#include "runtime/device/cpu/primitive_step.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace dpsims {

/// A part of the result and what it is made of; where each begins, in bytes.
struct FusedSlab {
  dnnl::memory::desc src, weights, dst; // weights: plain
  uint64_t srcBegin = 0, weightsBegin = 0, dstBegin = 0;
};

/// Does one primitive do both?
inline bool sameWork(const FusedSlab &a, const FusedSlab &b) { return a.src == b.src && a.dst == b.dst; }

/// Of the whole step; -1: none.
struct FusedOperands {
  uint32_t src, weights, dst;
  int32_t bias, residual;
  dnnl::memory::desc biasDesc;
};

/// `describe(slab, weights, attributes)` gives a descriptor of `Primitive`, or throws dnnl::error. All slabs share the
/// weights in the format that the middle one chooses.
template <typename Primitive, typename Slab, typename Describe> class FusedMaker {
  using Descriptor = typename Primitive::primitive_desc;

public:
  FusedMaker(const CpuStepContext &context, const FusedOperands &operands, const Epilogue &epilogue,
             const dnnl::memory::desc &wantedWeights, const Describe &describe)
      : context(context), operands(operands), epilogue(epilogue), wantedWeights(wantedWeights), describe(describe) {
    if (operands.residual >= 0)
      kind =
          context.overwritesResidual(operands.dst, operands.residual) ? ResidualKind::InPlace : ResidualKind::Separate;
  }

  /// Null where the library does some slab otherwise than the whole: it does the whole better.
  std::unique_ptr<DeviceStep> make(const std::vector<Slab> &slabs, const Slab &whole) {
    descriptors.clear();
    if (slabs.size() > 1) {
      choose(whole);
      implementation = descriptors.front().second.impl_info_str();
      descriptors.clear();
    }
    const Slab &middle = slabs[slabs.size() / 2];
    choose(middle);
    const Descriptor main = descriptors.front().second;
    if (slabs.size() == 1)
      implementation = main.impl_info_str();
    else if (implementation != main.impl_info_str())
      return nullptr;
    uint64_t bytes = 0;
    for (const Slab &slab : slabs) {
      const Descriptor *descriptor = find(slab);
      if (!descriptor)
        return nullptr;
      bytes = std::max<uint64_t>(bytes, descriptor->scratchpad_desc().get_size());
    }
    StepWorkspace workspace = context.workspace();
    PrimitiveList groups;
    const Operand weights =
        context.packedOperand(operands.weights, middle.weights, main.weights_desc(), workspace, groups);
    const Scratchpads scratchpads(workspace, bytes, context.team.size());
    PrimitiveGroup group;
    for (const Slab &slab : slabs)
      group.push_back(bound(slab, weights, scratchpads));
    groups.push_back(std::move(group));
    return std::make_unique<PrimitiveStep>(context.team, std::move(groups), tail(), implementation);
  }

private:
  dnnl::primitive_attr attributes(const dnnl::memory::desc &dst) const {
    return makeAttributes(epilogue, kind, fused, dst);
  }

  // The most fused descriptor that is none of the library's plain loops.
  void choose(const Slab &slab) {
    std::optional<Descriptor> best;
    for (const FusedParts &parts : fusionLevels(epilogue, kind)) {
      try {
        Descriptor candidate = describe(slab, wantedWeights, makeAttributes(epilogue, kind, parts, slab.dst));
        const bool isPlainLoop = isReference(candidate.impl_info_str());
        if (best && isPlainLoop)
          continue;
        best = candidate;
        fused = parts;
        if (!isPlainLoop)
          break;
      } catch (const dnnl::error &error) {
        if (error.status != dnnl_unimplemented)
          throw;
      }
    }
    if (!best)
      throw dnnl::error(dnnl_unimplemented, "oneDNN has no implementation");
    descriptors.push_back({slab, *best});
  }

  // The descriptor for a slab's shapes; null where it is of another implementation.
  const Descriptor *find(const Slab &slab) {
    for (const auto &[other, descriptor] : descriptors)
      if (sameWork(other, slab))
        return &descriptor;
    const Descriptor &main = descriptors.front().second;
    try {
      Descriptor made = describe(slab, main.weights_desc(), attributes(slab.dst));
      if (implementation != made.impl_info_str())
        return nullptr;
      descriptors.push_back({slab, made});
      return &descriptors.back().second;
    } catch (const dnnl::error &error) {
      if (error.status != dnnl_unimplemented && error.status != dnnl_invalid_arguments)
        throw;
      return nullptr;
    }
  }

  BoundPrimitive bound(const Slab &slab, const Operand &weights, const Scratchpads &scratchpads) {
    const Descriptor &descriptor = *find(slab);
    BoundPrimitive primitive(context.library, Primitive(descriptor));
    primitive.add(DNNL_ARG_SRC, slab.src, context.operand(operands.src).at(slab.srcBegin));
    primitive.add(DNNL_ARG_WEIGHTS, descriptor.weights_desc(), weights.at(slab.weightsBegin));
    if (operands.bias >= 0)
      primitive.add(DNNL_ARG_BIAS, operands.biasDesc, context.operand(static_cast<uint32_t>(operands.bias)));
    primitive.add(DNNL_ARG_DST, slab.dst, context.operand(operands.dst).at(slab.dstBegin));
    if (fused.residual && kind == ResidualKind::Separate)
      primitive.add(residualArgument(epilogue), slab.dst,
                    context.operand(static_cast<uint32_t>(operands.residual)).at(slab.dstBegin));
    primitive.addScratchpad(descriptor.scratchpad_desc(), scratchpads);
    return primitive;
  }

  EpilogueTail tail() const {
    const std::optional<Operand> residual =
        kind == ResidualKind::Separate ? context.optionalOperand(operands.residual) : std::nullopt;
    const Buffer &dst = context.buffer(operands.dst);
    return EpilogueTail(context.library, epilogue, fused, dst.type, static_cast<int64_t>(dst.count()),
                        context.operand(operands.dst), residual);
  }

  const CpuStepContext &context;
  const FusedOperands &operands;
  const Epilogue &epilogue;
  const dnnl::memory::desc &wantedWeights;
  const Describe &describe;
  ResidualKind kind = ResidualKind::None;
  FusedParts fused;
  std::string implementation;
  std::vector<std::pair<Slab, Descriptor>> descriptors; // by the shapes of slabs
};

/// Of slabs where the library does all of them well, else of the whole. `Slab` is a FusedSlab, or derived
/// from it with a sameWork of its own.
template <typename Primitive, typename Slab, typename Describe>
std::unique_ptr<DeviceStep> makeFusedStep(const CpuStepContext &context, const FusedOperands &operands,
                                          const Epilogue &epilogue, const dnnl::memory::desc &wantedWeights,
                                          const std::vector<Slab> &slabs, const Slab &whole, const Describe &describe) {
  FusedMaker<Primitive, Slab, Describe> maker(context, operands, epilogue, wantedWeights, describe);
  std::unique_ptr<DeviceStep> step = maker.make(slabs, whole);
  return step ? std::move(step) : maker.make({whole}, whole);
}

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_FUSED_STEP_H
