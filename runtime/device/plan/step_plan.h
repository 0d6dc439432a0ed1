// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the plans of all devices are: steps made ready, their constants and workspace, operands resolved when they are
// bound.

#ifndef DPSIMS_RUNTIME_DEVICE_PLAN_STEP_PLAN_H
#define DPSIMS_RUNTIME_DEVICE_PLAN_STEP_PLAN_H

#include "runtime/base/error.h"
#include "runtime/device/plan/step.h"
#include "runtime/device/plan/step_order.h"

#include <memory>
#include <string>
#include <vector>

namespace dpsims {

/// Which plan, prepare or main, of which entry of a model.
struct PlanSource {
  std::shared_ptr<const CompiledModel> model;
  const Entry &entry;
  const Plan &plan;
};

class StepPlan : public ExecutablePlan {
public:
  void bindVariables(const std::vector<void *> &variables) override { addresses.variables = variables; }
  void bindArena(void *arena) override;
  void bindArguments(const std::vector<const void *> &inputs, const std::vector<void *> &outputs) override;
  void storeConstant(uint32_t index, const void *src) override { constants.store(index, src, device); }
  void run(size_t begin, size_t end) override;
  void runAll() override { run(0, steps.size()); }
  uint64_t constantBytes() const override { return constants.bytes(); }
  uint64_t workspaceBytes() const override { return workspaceNeeds.bytes(); }
  uint64_t launches() const override;
  std::string implementation(size_t step) const override;

protected:
  /// `alignment`: of every constant and piece of workspace. `lanes`: what its steps are spread over, each with a
  /// workspace of its own. `device` must outlive the plan.
  StepPlan(Device &device, PlanSource source, uint64_t alignment, uint32_t lanes = 1);

  /// What a derived class makes its steps with.
  StepContext context() { return {source.plan, source.entry.constants, constants, workspaceNeeds}; }

  /// Fills the plan: make(context, step) for each. Derived classes call it once, when they are constructed.
  template <typename Context, typename Make> void makeSteps(Context context, const Make &make) {
    for (size_t i = 0; i < source.plan.steps.size(); ++i) {
      context.lane = order.steps[i].lane;
      steps.push_back(located(i, [&] { return make(context, source.plan.steps[i]); }));
    }
    finish();
  }

  /// Called when operands have new addresses.
  virtual void rebound() {}

  /// Runs one of the device's own steps.
  virtual void runStep(size_t step) { steps[step]->run(); }

  /// "m.dpsims: entry "main", step 3 (conv2d)".
  std::string placeOf(size_t step) const;

  /// work(); what the device says there (DeviceError) becomes an Error that names the step.
  template <typename Work> auto located(size_t step, const Work &work) const {
    try {
      return work();
    } catch (const DeviceError &error) {
      fail(error.code(), placeOf(step), ": ", error.what());
    }
  }

  size_t stepCount() const { return steps.size(); }
  const DeviceStep &step(size_t i) const { return *steps[i]; }

  const PlanSource source;
  const StepOrder order;

private:
  bool usesArguments(const Step &step) const;
  void finish();

  Device &device;
  ConstantStore constants;
  WorkspaceNeeds workspaceNeeds;
  std::unique_ptr<DeviceMemory> constantMemory, workspaceMemory;
  std::vector<std::unique_ptr<DeviceStep>> steps; // null: the session's
  std::vector<size_t> argumentSteps, otherSteps;  // those that touch inputs or outputs, and those that do not
  Addresses addresses;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_PLAN_STEP_PLAN_H
