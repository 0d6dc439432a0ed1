// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/cuda_plan.h"

#include "runtime/base/error.h"
#include "runtime/device/cuda/step_timer.h"

#include <iostream>

namespace dpsims::cuda {

CudaPlan::CudaPlan(Device &device, PlanSource source, std::shared_ptr<const KernelLibrary> kernels,
                   Libraries &libraries, const DeviceOptions &options)
    : StepPlan(device, std::move(source), memoryAlignment), kernels(std::move(kernels)), stream(libraries.stream()),
      checked(options.checked), graphs(options.graphs && !options.checked) {
  CudaStepContext shared{context(), libraries};
  makeSteps([&](const Step &step) { return make(shared, step); });
}

std::unique_ptr<DeviceStep> CudaPlan::make(const CudaStepContext &context, const Step &step) const {
  return makeStep(step, [&](const auto &operation) {
    if constexpr (std::is_same_v<std::decay_t<decltype(operation)>, LaunchStep>) {
      const Kernel &kernel = source.model->kernels[operation.kernel];
      return makeLaunchStep(context, operation, kernel, kernels->find(kernel));
    } else {
      return makeLibraryStep(context, operation);
    }
  });
}

void CudaPlan::runStep(size_t index) {
  StepPlan::runStep(index);
  if (!checked)
    return;
  if (cudaError_t status = cudaStreamSynchronize(stream); status != cudaSuccess)
    fail(ErrorCode::Device, placeOf(index), ", ", step(index).implementation(), ": ", cudaGetErrorString(status));
}

void CudaPlan::runAll() {
  if (graphs && warm && !graph)
    record();
  if (graph)
    return graph->launch(stream);
  run(0, stepCount());
  warm = true;
}

// Where nothing can be recorded the steps go one by one, which is slower: somebody should know.
void CudaPlan::record() {
  try {
    graph.emplace(stream, [this] { run(0, stepCount()); });
  } catch (const Error &error) {
    graphs = false;
    reason = error.what();
    std::cerr << "dpsims-run: warning: " << source.model->path << ": no CUDA graph can be made (" << reason
              << "): each step "
              << "is launched by itself\n";
  }
}

std::string CudaPlan::recorded() const {
  if (graph)
    return "a graph of " + std::to_string(graph->operations()) + " operations";
  return reason.empty() ? "steps one by one" : "steps one by one (" + reason + ")";
}

void CudaPlan::profile(std::vector<double> &seconds) {
  StepTimer(stream, !checked).time([this](size_t step) { run(step, step + 1); }, seconds);
}

} // namespace dpsims::cuda
