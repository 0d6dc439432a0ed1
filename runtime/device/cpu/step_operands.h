// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The operands of steps by their roles, to make a step like another one on other buffers.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_STEP_OPERANDS_H
#define DPSIMS_RUNTIME_DEVICE_CPU_STEP_OPERANDS_H

#include "runtime/format/model.h"

namespace dpsims {

/// Packed: weights that a step wants in a format of its own. Rows: images, whose first dimension is the batch, and
/// matrices. Whole: what all of those share.
enum class OperandRole : uint8_t { Rows, Packed, Whole };

/// Puts `place(buffer, role)` in the place of the buffers of a step's epilogue.
template <typename Step, typename Place> void replaceEpilogue(Step &step, const Place &place) {
  if (step.bias >= 0)
    step.bias = static_cast<int32_t>(place(static_cast<uint32_t>(step.bias), OperandRole::Whole));
  if (step.residual >= 0)
    step.residual = static_cast<int32_t>(place(static_cast<uint32_t>(step.residual), OperandRole::Rows));
}

/// The same of each buffer of a step.
template <typename Place> void replaceBuffers(ConvStep &step, const Place &place) {
  step.src = place(step.src, OperandRole::Rows);
  step.weights = place(step.weights, OperandRole::Packed);
  step.dst = place(step.dst, OperandRole::Rows);
  replaceEpilogue(step, place);
}
template <typename Place> void replaceBuffers(ConvInputGradientStep &step, const Place &place) {
  step.gradient = place(step.gradient, OperandRole::Rows);
  step.weights = place(step.weights, OperandRole::Packed);
  step.dst = place(step.dst, OperandRole::Rows);
}
template <typename Place> void replaceBuffers(ConvWeightGradientStep &step, const Place &place) {
  step.src = place(step.src, OperandRole::Rows);
  step.gradient = place(step.gradient, OperandRole::Rows);
  step.dst = place(step.dst, OperandRole::Whole);
}
template <typename Place> void replaceBuffers(MatmulStep &step, const Place &place) {
  step.a = place(step.a, OperandRole::Rows);
  step.b = place(step.b, step.sharedB ? OperandRole::Packed : OperandRole::Rows);
  step.dst = place(step.dst, OperandRole::Rows);
  replaceEpilogue(step, place);
}

/// The buffer that a step adds to its result, -1 if there is none.
inline int32_t residualOf(const ConvStep &step) { return step.residual; }
inline int32_t residualOf(const MatmulStep &step) { return step.residual; }
inline int32_t residualOf(const ConvInputGradientStep &) { return -1; }
inline int32_t residualOf(const ConvWeightGradientStep &) { return -1; }

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_STEP_OPERANDS_H
