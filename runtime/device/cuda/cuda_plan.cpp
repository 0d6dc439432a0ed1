// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/cuda_plan.h"

#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/device/cuda/step_timer.h"

namespace dpsims::cuda {

CudaPlan::CudaPlan(Device &device, PlanSource source, std::shared_ptr<const KernelLibrary> kernels,
                   Libraries &libraries, const DeviceOptions &options, uint32_t lanes)
    : StepPlan(device, std::move(source), memoryAlignment, lanes), kernels(std::move(kernels)), libraries(libraries),
      stream(libraries.stream()), checked(options.checked), graphs(options.graphs && !options.checked) {
  makeSteps(CudaStepContext{context(), libraries, this->source.model->precision},
            [this](const CudaStepContext &context, const Step &step) { return make(context, step); });
  if (lanes > 1)
    events.emplace(order, libraries);
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

// Whatever comes after goes to the first lane again.
void CudaPlan::runLanes() {
  if (!events)
    return run(0, stepCount());
  struct FirstLane {
    ~FirstLane() { libraries.enterLane(0); }
    Libraries &libraries;
  } last{libraries};
  try {
    events->fork();
    for (size_t i = 0; i < stepCount(); ++i) {
      libraries.enterLane(order.steps[i].lane);
      events->before(i);
      run(i, i + 1);
      events->after(i);
    }
    events->join();
  } catch (...) { // without a join nobody waits for them
    for (uint32_t lane = 1; lane < order.lanes; ++lane)
      cudaStreamSynchronize(libraries.stream(lane));
    throw;
  }
}

void CudaPlan::runAll() {
  if (graphs && warm && !graph)
    record();
  if (graph)
    return graph->launch(stream);
  runLanes();
  warm = true;
}

// Where nothing can be recorded the steps go one by one, which is slower: somebody should know.
void CudaPlan::record() {
  try {
    graph.emplace(stream, [this] { runLanes(); });
  } catch (const Error &error) {
    graphs = false;
    reason = error.what();
    warn(source.model->path, ": no CUDA graph can be made (", reason, "): each step is launched by itself");
  }
}

std::string CudaPlan::recorded() const {
  const std::string spread = events ? " on " + std::to_string(order.lanes) + " streams with " +
                                          std::to_string(order.waitCount()) + " waits between them"
                                    : "";
  if (graph)
    return "a graph of " + std::to_string(graph->operations()) + " operations" + spread;
  return "steps one by one" + spread + (reason.empty() ? "" : " (" + reason + ")");
}

void CudaPlan::profile(std::vector<double> &seconds) {
  StepTimer(stream, !checked).time([this](size_t step) { run(step, step + 1); }, seconds);
}

} // namespace dpsims::cuda
