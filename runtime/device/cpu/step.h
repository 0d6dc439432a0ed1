// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step made ready for the CPU, and what making one needs to know.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_STEP_H
#define DPSIMS_RUNTIME_DEVICE_CPU_STEP_H

#include "runtime/device/cpu/constant_store.h"
#include "runtime/device/cpu/primitive.h"
#include "runtime/device/cpu/workspace.h"
#include "runtime/device/device.h"

#include <memory>
#include <string>

namespace dpsims {

class PlanCache;

class CpuStep {
public:
  virtual ~CpuStep() = default;

  /// Resolves the operands; may be called again.
  virtual void bind(const Addresses &addresses) = 0;
  /// Does the work. Allocates nothing.
  virtual void run() = 0;
  virtual std::string implementation() const = 0;
};

/// What the steps of one plan share while they are made.
struct StepContext {
  const Plan &plan;
  const std::vector<ConstantInfo> &constantInfos;
  int threads;
  ConvolutionChoice convolution;
  ConstantStore &constants;
  WorkspaceNeeds &workspace;
  PlanCache &cache;

  /// The plan's buffer as an operand; constants in the plain format.
  Operand operand(uint32_t buffer) const;

  /// Is the buffer a whole constant, which is packed once?
  bool isConstant(uint32_t buffer) const;

  /// The buffer, plain in memory, as an operand in the format `packed`. What is no whole constant is packed on every
  /// call, into the step's scratch memory, by a primitive that goes to the end of `before`.
  Operand packedOperand(uint32_t buffer, const dnnl::memory::desc &plain, const dnnl::memory::desc &packed,
                        ScratchSpace &scratch, PrimitiveList &before) const;
};

/// A kernel of the model.
std::unique_ptr<CpuStep> makeLaunchStep(const StepContext &context, const Step &step, const Kernel &kernel,
                                        void (*function)(void *const *, int64_t, int64_t));

/// A convolution and its gradients, by oneDNN or by Winograd's algorithm.
std::unique_ptr<CpuStep> makeConvStep(const StepContext &context, const ConvStep &step);
std::unique_ptr<CpuStep> makeInputGradientStep(const StepContext &context, const ConvInputGradientStep &step);
std::unique_ptr<CpuStep> makeWeightGradientStep(const StepContext &context, const ConvWeightGradientStep &step);

std::unique_ptr<CpuStep> makeMatmulStep(const StepContext &context, const MatmulStep &matmul);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_STEP_H
