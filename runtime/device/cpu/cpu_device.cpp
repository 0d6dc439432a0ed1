// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/cpu_device.h"

#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/base/machine.h"
#include "runtime/device/cpu/converted_step.h"
#include "runtime/device/cpu/cpu_memory.h"
#include "runtime/device/cpu/cpu_plan.h"
#include "runtime/device/cpu/parallel.h"
#include "runtime/device/cpu/peaks.h"
#include "runtime/device/cpu/processor.h"
#include "runtime/device/plan/model_cache.h"
#include "runtime/device/plan/requirements.h"
#include "runtime/device/plan_cache.h"

#include <chrono>
#include <cstring>
#include <omp.h>
#include <utility>

namespace dpsims {

namespace {

constexpr int maxThreads = 4096;

// Everything that a measured choice depends on. The number of threads is not part of it: one is measured, and results
// are to be the same with any.
std::string machineKey() {
  const dnnl_version_t *version = dnnl_version();
  return processorName() + ", oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
         std::to_string(version->patch);
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
  CpuDevice(const DeviceOptions &options, int threads)
      : team(threads), convolution(options.convolution), cache(options, machineKey()), oneDnn(threads),
        communicator(options.communicator) {}

  std::string target() const override { return "cpu"; }
  std::string description() const override {
    return processorName() + ", " + std::to_string(team.size()) + (team.size() == 1 ? " thread" : " threads");
  }
  bool sharesHostMemory() const override { return true; }
  std::unique_ptr<DeviceMemory> allocate(uint64_t bytes) override { return std::make_unique<CpuMemory>(bytes); }
  uint64_t freeMemory() const override { return availableMemory(); } // others' may be paged out
  void upload(void *dst, const void *src, uint64_t bytes) override { std::memmove(dst, src, bytes); }
  void download(void *dst, const void *src, uint64_t bytes) override { std::memmove(dst, src, bytes); }
  void synchronize() override {}
  std::unique_ptr<DeviceMemory> allocateHost(uint64_t bytes) override { return allocate(bytes); }
  void copy(Queue, void *dst, const void *src, uint64_t bytes) override;
  std::unique_ptr<DeviceEvent> createEvent(bool) override { return std::make_unique<CpuEvent>(); }
  DevicePeaks measurePeaks() override { return measureCpuPeaks(team); }

  std::unique_ptr<ExecutablePlan> createPlan(std::shared_ptr<const CompiledModel> model, const Entry &entry,
                                             const Plan &plan) override {
    requireTarget(*model, target());
    requirePrecision(*model, target(), {Precision::F32, Precision::BF16});
    requireRanks(*model, entry, communicator ? communicator->size() : 1);
    const CodeImage *code = codeForProcessor(*model);
    if (model->precision == Precision::BF16 && !multipliesBf16() && !std::exchange(toldOfBf16, true))
      note(model->path, ": this processor has neither AVX512_BF16 nor AMX: products of bf16 are computed in f32");
    std::shared_ptr<const KernelLibrary> library;
    if (launchesKernels(plan))
      library = kernels.find(model, [&] { return std::make_shared<const KernelLibrary>(model->path, code->code); });
    auto result = std::make_unique<CpuPlan>(*this, PlanSource{std::move(model), entry, plan}, std::move(library),
                                            CpuPlan::Shared{oneDnn, team, convolution, cache, communicator.get()});
    cache.save();
    return result;
  }

private:
  Team team;
  ConvolutionChoice convolution;
  PlanCache cache;
  OneDnn oneDnn;
  std::shared_ptr<Communicator> communicator;
  ModelCache<const KernelLibrary> kernels;
  bool toldOfBf16 = false;
};

void CpuDevice::copy(Queue, void *dst, const void *src, uint64_t bytes) {
  shareRange(team, static_cast<int64_t>(bytes), chunksFor(bytes), [&](int64_t begin, int64_t end) {
    std::memcpy(static_cast<char *>(dst) + begin, static_cast<const char *>(src) + begin,
                static_cast<size_t>(end - begin));
  });
}

} // namespace

std::unique_ptr<Device> createCpuDevice(const DeviceOptions &options) {
  return createCpuDevice(options, chooseThreads(options.threads));
}

std::unique_ptr<Device> createCpuDevice(const DeviceOptions &options, int threads) {
  return std::make_unique<CpuDevice>(options, threads);
}

} // namespace dpsims
