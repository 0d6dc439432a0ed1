// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_PLAN_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_PLAN_H

#include "runtime/device/cuda/graph.h"
#include "runtime/device/cuda/kernel_library.h"
#include "runtime/device/cuda/lane_events.h"
#include "runtime/device/cuda/step.h"
#include "runtime/device/plan/step_plan.h"

#include <optional>

namespace dpsims::cuda {

class CudaPlan : public StepPlan {
public:
  /// `kernels` may be null if the plan launches none. `device` and `libraries` must outlive the plan. Of the options
  /// `checked` and `graphs` count: runAll may record its work. It spreads it over `lanes`; all else goes to the first.
  CudaPlan(Device &device, PlanSource source, std::shared_ptr<const KernelLibrary> kernels, Libraries &libraries,
           const DeviceOptions &options, uint32_t lanes);

  void runAll() override;
  void profile(std::vector<double> &seconds) override;
  std::string recorded() const override;

private:
  std::unique_ptr<DeviceStep> make(const CudaStepContext &context, const Step &step) const;
  void rebound() override { graph.reset(); }
  void runStep(size_t step) override;
  void runLanes();
  void record();

  std::shared_ptr<const KernelLibrary> kernels;
  Libraries &libraries;
  cudaStream_t stream; // of the first lane
  bool checked;
  std::optional<LaneEvents> events; // where there are several

  // A graph has the addresses in it, and is made on the second run: the first loads what is loaded when first needed.
  bool graphs, warm = false;
  std::optional<Graph> graph;
  std::string reason; // why there can be none
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_PLAN_H
