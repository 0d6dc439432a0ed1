// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/cpu_device.h"

#include "runtime/base/error.h"
#include "runtime/base/machine.h"
#include "runtime/device/cpu/cpu_memory.h"
#include "runtime/device/cpu/cpu_plan.h"
#include "runtime/device/cpu/peaks.h"
#include "runtime/device/cpu/processor.h"
#include "runtime/device/plan_cache.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <omp.h>

namespace dpsims {

namespace {

constexpr int maxThreads = 4096;

// Everything that a measured choice depends on.
std::string machineKey(int threads) {
  const dnnl_version_t *version = dnnl_version();
  return processorName() + ", " + std::to_string(threads) + (threads == 1 ? " thread" : " threads") + ", oneDNN " +
         std::to_string(version->major) + "." + std::to_string(version->minor) + "." + std::to_string(version->patch);
}

bool launchesKernels(const Plan &plan) {
  return std::any_of(plan.steps.begin(), plan.steps.end(),
                     [](const Step &step) { return std::holds_alternative<LaunchStep>(step.operation); });
}

int chooseThreads(int wanted) {
  if (wanted < 0 || wanted > maxThreads)
    fail("--threads ", wanted, ": expected 1 to ", maxThreads, ", or 0 for all processors");
  // More threads than processors wait for each other most of the time: dozens of times slower than fewer.
  return std::min(wanted ? wanted : omp_get_max_threads(), availableProcessors());
}

// Everything is done when a call returns.
class CpuEvent : public DeviceEvent {
  using Clock = std::chrono::steady_clock;

public:
  void record(Queue) override { time = Clock::now(); }
  void wait(Queue) override {}
  void synchronize() override {}
  double secondsSince(const DeviceEvent &earlier) const override {
    return std::chrono::duration<double>(time - static_cast<const CpuEvent &>(earlier).time).count();
  }

private:
  Clock::time_point time;
};

class CpuDevice : public Device {
public:
  explicit CpuDevice(const DeviceOptions &options)
      : threads(chooseThreads(options.threads)), convolution(options.convolution), cache(options, machineKey(threads)) {
    omp_set_num_threads(threads);
    omp_set_dynamic(0);
  }

  Target target() const override { return Target::Cpu; }
  std::string description() const override {
    return processorName() + ", " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
  }
  bool sharesHostMemory() const override { return true; }
  std::unique_ptr<DeviceMemory> allocate(uint64_t bytes) override { return std::make_unique<CpuMemory>(bytes); }
  uint64_t freeMemory() const override { return machineMemory(); } // others' may be paged out
  void upload(void *dst, const void *src, uint64_t bytes) override { std::memmove(dst, src, bytes); }
  void download(void *dst, const void *src, uint64_t bytes) override { std::memmove(dst, src, bytes); }
  void synchronize() override {}
  std::unique_ptr<DeviceMemory> allocateHost(uint64_t bytes) override { return allocate(bytes); }
  void copy(Queue, void *dst, const void *src, uint64_t bytes) override { std::memmove(dst, src, bytes); }
  std::unique_ptr<DeviceEvent> createEvent(bool) override { return std::make_unique<CpuEvent>(); }
  DevicePeaks measurePeaks() override { return measureCpuPeaks(); }

  std::unique_ptr<ExecutablePlan> createPlan(std::shared_ptr<const CompiledModel> model, const Entry &entry,
                                             const Plan &plan) override {
    requireProcessor(*model);
    std::shared_ptr<const KernelLibrary> library = launchesKernels(plan) ? load(model) : nullptr;
    auto result =
        std::make_unique<CpuPlan>(std::move(model), entry, plan, std::move(library), threads, convolution, cache);
    cache.save();
    return result;
  }

private:
  // Both plans of an entry, and all entries of a model, share the model's code.
  std::shared_ptr<const KernelLibrary> load(const std::shared_ptr<const CompiledModel> &model) {
    std::shared_ptr<const KernelLibrary> library = lastLibrary.lock();
    if (!library || lastModel.lock() != model) {
      library = std::make_shared<KernelLibrary>(*model);
      lastModel = model;
      lastLibrary = library;
    }
    return library;
  }

  int threads;
  ConvolutionChoice convolution;
  PlanCache cache;
  std::weak_ptr<const CompiledModel> lastModel;
  std::weak_ptr<const KernelLibrary> lastLibrary;
};

} // namespace

std::unique_ptr<Device> createCpuDevice(const DeviceOptions &options) { return std::make_unique<CpuDevice>(options); }

} // namespace dpsims
