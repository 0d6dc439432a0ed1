// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step made ready for a device, and what making one needs to know.

#ifndef DPSIMS_RUNTIME_DEVICE_PLAN_STEP_H
#define DPSIMS_RUNTIME_DEVICE_PLAN_STEP_H

#include "runtime/device/plan/constant_store.h"
#include "runtime/device/plan/operand.h"
#include "runtime/device/plan/workspace.h"

#include <memory>
#include <optional>
#include <string>
#include <type_traits>

namespace dpsims {

class DeviceStep {
public:
  virtual ~DeviceStep() = default;

  /// Resolves the operands; may be called again.
  virtual void bind(const Addresses &addresses) = 0;

  /// Does or enqueues the work. Allocates nothing. Error: DeviceError.
  virtual void run() = 0;

  /// What does it, see ExecutablePlan::implementation.
  virtual std::string implementation() const = 0;

  /// Kernels and library calls of a run.
  virtual uint64_t launches() const { return 1; }
};

/// What the steps of one plan share while they are made. Devices add what theirs need.
struct StepContext {
  const Plan &plan;
  const std::vector<ConstantInfo> &constantInfos;
  ConstantStore &constants;
  WorkspaceNeeds &workspaceNeeds;
  uint32_t lane = 0; ///< of the step that is made next

  const Buffer &buffer(uint32_t index) const { return plan.buffers[index]; }

  /// The plan's buffer as an operand; constants as they are.
  Operand operand(uint32_t buffer) const;

  /// The same of an operand that a step may lack, -1.
  std::optional<Operand> optionalOperand(int32_t buffer) const;

  /// The arguments of a kernel.
  std::vector<Operand> operands(const std::vector<uint32_t> &buffers) const;

  /// Of the step that is made next.
  StepWorkspace workspace() const { return StepWorkspace(workspaceNeeds, lane); }

  /// Is the buffer a whole constant?
  bool isConstant(uint32_t buffer) const;

  /// Do the step's result and its residual (-1: none) share bytes?
  bool overwritesResidual(uint32_t dst, int32_t residual) const;
};

/// A kernel's arguments: operands and, once bound, their addresses.
class BoundOperands {
public:
  explicit BoundOperands(std::vector<Operand> operands)
      : operands(std::move(operands)), values(this->operands.size()) {}

  void bind(const Addresses &addresses) {
    for (size_t i = 0; i < operands.size(); ++i)
      values[i] = addresses.resolve(operands[i]);
  }

  /// They stay where they are.
  std::vector<void *> &addresses() { return values; }

private:
  std::vector<Operand> operands;
  std::vector<void *> values;
};

/// make(operation) of the step's operation; null for what the session does itself: it loads weights and stores
/// constants.
template <typename Make> std::unique_ptr<DeviceStep> makeStep(const Step &step, const Make &make) {
  return std::visit(
      [&](const auto &operation) -> std::unique_ptr<DeviceStep> {
        using Kind = std::decay_t<decltype(operation)>;
        if constexpr (std::is_same_v<Kind, LoadWeightStep> || std::is_same_v<Kind, StoreConstantStep>)
          return nullptr;
        else
          return make(operation);
      },
      step.operation);
}

bool launchesKernels(const Plan &plan);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_PLAN_STEP_H
