// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/cpu_plan.h"

#include "runtime/device/cpu/library_threads.h"
#include "runtime/device/plan/requirements.h"

#include <chrono>

namespace dpsims {

namespace {

constexpr uint64_t alignment = 64; // a cache line

// The library's errors are the device's.
template <typename Work> auto withLibrary(const Work &work) {
  try {
    return work();
  } catch (const dnnl::error &error) {
    failDevice(error.status == dnnl_out_of_memory ? ErrorCode::OutOfMemory : ErrorCode::Device,
               "oneDNN: ", error.what());
  }
}

} // namespace

CpuPlan::CpuPlan(Device &device, PlanSource source, std::shared_ptr<const KernelLibrary> kernels, const Shared &shared)
    : StepPlan(device, std::move(source), alignment), kernels(std::move(kernels)) {
  const LibraryOnOneThread scope;
  makeSteps(
      CpuStepContext{context(), shared.library, shared.team, shared.convolution, shared.cache, shared.communicator},
      [this](const CpuStepContext &context, const Step &step) {
        return withLibrary([&] { return make(context, step); });
      });
}

std::unique_ptr<DeviceStep> CpuPlan::make(const CpuStepContext &context, const Step &step) const {
  return makeStep(step, [&](const auto &operation) {
    if constexpr (std::is_same_v<std::decay_t<decltype(operation)>, LaunchStep>) {
      const Kernel &kernel = source.model->kernels[operation.kernel];
      return makeLaunchStep(context, step, operation, kernel, kernels->find(kernel.name));
    } else {
      requirePlainWeights(operation, source.model->target);
      return makeLibraryStep(context, operation);
    }
  });
}

void CpuPlan::storeConstant(uint32_t index, const void *src) {
  const LibraryOnOneThread scope;
  withLibrary([&] { StepPlan::storeConstant(index, src); });
}

void CpuPlan::run(size_t begin, size_t end) {
  const LibraryOnOneThread scope;
  StepPlan::run(begin, end);
}

void CpuPlan::runStep(size_t step) {
  withLibrary([&] { StepPlan::runStep(step); });
}

void CpuPlan::profile(std::vector<double> &seconds) {
  using Clock = std::chrono::steady_clock;
  for (size_t i = 0; i < stepCount(); ++i) {
    Clock::time_point start = Clock::now();
    run(i, i + 1);
    seconds[i] = std::chrono::duration<double>(Clock::now() - start).count();
  }
}

} // namespace dpsims
