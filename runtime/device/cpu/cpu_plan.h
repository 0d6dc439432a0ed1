// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_CPU_PLAN_H
#define DPSIMS_RUNTIME_DEVICE_CPU_CPU_PLAN_H

#include "runtime/device/cpu/kernel_library.h"
#include "runtime/device/cpu/step.h"

namespace dpsims {

class CpuPlan : public ExecutablePlan {
public:
  /// `library` may be null if the plan launches no kernels.
  CpuPlan(std::shared_ptr<const CompiledModel> model, const Entry &entry, const Plan &plan,
          std::shared_ptr<const KernelLibrary> library, int threads, ConvolutionChoice convolution, PlanCache &cache);

  void bindVariables(const std::vector<void *> &variables) override { addresses.variables = variables; }
  void bindArena(void *arena) override;
  void bindArguments(const std::vector<const void *> &inputs, const std::vector<void *> &outputs) override;
  void storeConstant(uint32_t index, const void *src) override;
  void run(size_t begin, size_t end) override;
  void profile(std::vector<double> &seconds) override;
  void runAll() override { run(0, steps.size()); }
  uint64_t constantBytes() const override { return constants.bytes(); }
  uint64_t workspaceBytes() const override { return scratch.size(); }
  uint64_t launches() const override;
  std::string implementation(size_t step) const override;

private:
  void makeSteps(const Entry &entry, ConvolutionChoice convolution, PlanCache &cache, WorkspaceNeeds &needs);
  std::unique_ptr<CpuStep> makeStep(const StepContext &context, const Step &step) const;
  bool usesArguments(const Step &step) const;

  std::shared_ptr<const CompiledModel> model;
  const Plan &plan;
  std::shared_ptr<const KernelLibrary> library;
  int threads;
  ConstantStore constants;
  CpuMemory scratch;
  std::vector<std::unique_ptr<CpuStep>> steps; // null: the session's
  std::vector<size_t> argumentSteps;           // those that touch inputs or outputs
  Addresses addresses;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_CPU_PLAN_H
