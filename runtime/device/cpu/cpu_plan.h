// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_CPU_PLAN_H
#define DPSIMS_RUNTIME_DEVICE_CPU_CPU_PLAN_H

#include "runtime/device/cpu/step.h"
#include "runtime/device/plan/step_plan.h"

namespace dpsims {

class CpuPlan : public StepPlan {
public:
  /// What the plans of a device share. It must outlive them.
  struct Shared {
    const OneDnn &library;
    Team &team;
    ConvolutionChoice convolution;
    PlanCache &cache;
    Communicator *communicator;
  };

  /// `kernels` may be null if the plan launches none. `device` must outlive the plan.
  CpuPlan(Device &device, PlanSource source, std::shared_ptr<const KernelLibrary> kernels, const Shared &shared);

  void storeConstant(uint32_t index, const void *src) override;
  void run(size_t begin, size_t end) override;
  void profile(std::vector<double> &seconds) override;

private:
  void runStep(size_t step) override;
  std::unique_ptr<DeviceStep> make(const CpuStepContext &context, const Step &step) const;

  std::shared_ptr<const KernelLibrary> kernels;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_CPU_PLAN_H
