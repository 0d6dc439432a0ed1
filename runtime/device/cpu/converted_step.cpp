// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/converted_step.h"

namespace dpsims {

bool multipliesBf16() {
  const unsigned needed = static_cast<unsigned>(dnnl::cpu_isa::avx512_core_bf16);
  static const unsigned isa = static_cast<unsigned>(dnnl::get_effective_cpu_isa()); // a set of bits
  return (isa & needed) == needed;
}

uint32_t WidenedOperands::place(uint32_t original, OperandRole role) {
  Buffer buffer = context.plan.buffers[original];
  for (size_t i = 0; i < originals.size(); ++i)
    if (const Buffer &other = context.plan.buffers[originals[i]];
        sameBytes(other, buffer) && other.shape == buffer.shape)
      return static_cast<uint32_t>(i);
  const uint32_t index = static_cast<uint32_t>(originals.size());
  originals.push_back(original);
  places.emplace_back();
  widened.emplace_back();
  if (role != OperandRole::Packed || !context.isConstant(original)) {
    buffer.space = Space::Variable;
    buffer.index = index;
    buffer.offset = 0;
    if (buffer.type == ElementType::BF16) {
      buffer.type = ElementType::F32;
      widened.back() = space.reserve(buffer.bytes());
    }
    places.back() = widened.back() ? *widened.back() : context.operand(original);
  }
  plan.buffers.push_back(buffer);
  return index;
}

void WidenedOperands::convert(uint32_t buffer, bool after) {
  if (!widened[buffer])
    return;
  const Operand original = context.operand(originals[buffer]), wide = *widened[buffer];
  const int64_t count = static_cast<int64_t>(plan.buffers[buffer].count());
  PrimitiveList &list = after ? conversions.after : conversions.before;
  list.push_back(after ? makeConversion(context.library, ElementType::F32, wide, ElementType::BF16, original, count)
                       : makeConversion(context.library, ElementType::BF16, original, ElementType::F32, wide, count));
}

ConvertedStep::ConvertedStep(Team &team, Conversions conversions, std::vector<std::optional<Operand>> places,
                             const Operand &workspace, std::unique_ptr<DeviceStep> inner)
    : team(team), conversions(std::move(conversions)), places(std::move(places)), workspace(workspace),
      inner(std::move(inner)) {}

void ConvertedStep::bind(const Addresses &addresses) {
  dpsims::bind(conversions.before, addresses);
  dpsims::bind(conversions.after, addresses);
  Addresses own;
  own.constants = addresses.constants;
  for (const std::optional<Operand> &place : places)
    own.variables.push_back(place ? addresses.resolve(*place) : nullptr);
  own.workspaces = {addresses.resolve(workspace)};
  inner->bind(own);
}

void ConvertedStep::run() {
  dpsims::run(conversions.before, team);
  inner->run();
  dpsims::run(conversions.after, team);
}

} // namespace dpsims
