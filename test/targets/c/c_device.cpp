// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The device for models that are compiled for the target of CTarget.cpp: the processor, with memory of its own, which
// does one thing after the other. It is known to a program that links this file.

#include "runtime/base/machine.h"
#include "runtime/device/plan/model_cache.h"
#include "runtime/device/plan/requirements.h"
#include "runtime/device/plan/step_plan.h"
#include "runtime/device/registry.h"
#include "test/targets/c/c_steps.h"

#include <chrono>
#include <cstring>
#include <new>

namespace dpsims::c {

namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t alignment = 64; // a cache line

class Memory : public DeviceMemory {
public:
  explicit Memory(uint64_t size) {
    if (size > availableMemory())
      failDevice(ErrorCode::OutOfMemory, "there is not enough memory for ", size, " bytes in one piece");
    bytes = size;
    if (size)
      address = ::operator new(size, std::align_val_t(alignment));
  }
  ~Memory() override { ::operator delete(address, std::align_val_t(alignment)); }
};

// Everything is done when a call returns.
class Event : public DeviceEvent {
public:
  void record(Queue) override { time = Clock::now(); }
  void wait(Queue) override {}
  void synchronize() override {}
  double secondsSince(const DeviceEvent &earlier) const override {
    return std::chrono::duration<double>(time - static_cast<const Event &>(earlier).time).count();
  }

private:
  Clock::time_point time;
};

class CPlan : public StepPlan {
public:
  /// `kernels` may be another model's, or null, if the plan launches none.
  CPlan(Device &device, PlanSource source, std::shared_ptr<const Kernels> kernels)
      : StepPlan(device, std::move(source), alignment), kernels(std::move(kernels)) {
    makeSteps(context(), [this](const StepContext &context, const Step &step) {
      return makeStep(step, [&](const auto &operation) { return make(context, operation); });
    });
  }

  void profile(std::vector<double> &seconds) override {
    for (size_t i = 0; i < stepCount(); ++i) {
      const Clock::time_point start = Clock::now();
      run(i, i + 1);
      seconds[i] = std::chrono::duration<double>(Clock::now() - start).count();
    }
  }

private:
  std::unique_ptr<DeviceStep> make(const StepContext &context, const LaunchStep &launch) const {
    const Kernel &kernel = source.model->kernels[launch.kernel];
    return makeLaunch(context, launch, kernel, kernels->find(kernel.name));
  }
  std::unique_ptr<DeviceStep> make(const StepContext &, const CollectiveStep &) const {
    failDevice(ErrorCode::Incompatible, "it runs alone: compile with --ranks 1");
  }
  template <typename Operation>
  std::unique_ptr<DeviceStep> make(const StepContext &context, const Operation &operation) const {
    requirePlainWeights(operation, source.model->target);
    return makeLoops(context, operation);
  }

  std::shared_ptr<const Kernels> kernels;
};

class CDevice : public Device {
public:
  std::string target() const override { return "c"; }
  std::string description() const override { return "loops in C"; }
  bool sharesHostMemory() const override { return false; }
  std::unique_ptr<DeviceMemory> allocate(uint64_t bytes) override { return std::make_unique<Memory>(bytes); }
  uint64_t freeMemory() const override { return availableMemory(); }
  void upload(void *dst, const void *src, uint64_t bytes) override { std::memcpy(dst, src, bytes); }
  void download(void *dst, const void *src, uint64_t bytes) override { std::memcpy(dst, src, bytes); }
  void synchronize() override {}
  std::unique_ptr<DeviceMemory> allocateHost(uint64_t bytes) override { return allocate(bytes); }
  void copy(Queue, void *dst, const void *src, uint64_t bytes) override { std::memcpy(dst, src, bytes); }
  std::unique_ptr<DeviceEvent> createEvent(bool) override { return std::make_unique<Event>(); }
  DevicePeaks measurePeaks() override { return {}; }

  std::unique_ptr<ExecutablePlan> createPlan(std::shared_ptr<const CompiledModel> model, const Entry &entry,
                                             const Plan &plan) override {
    requireTarget(*model, target());
    requireRanks(*model, entry, 1);
    requirePrecision(*model, target(), {Precision::F32, Precision::BF16});
    if (launchesKernels(plan))
      last = kernels.find(model, [&] { return std::make_shared<const Kernels>(*model); });
    return std::make_unique<CPlan>(*this, PlanSource{std::move(model), entry, plan}, last);
  }

private:
  ModelCache<const Kernels> kernels;
  std::shared_ptr<const Kernels> last; // of the last model, which another plan of it need not compile again
};

class CKind : public DeviceKind {
public:
  std::string target() const override { return "c"; }
  const char *noun() const override { return "C compiler"; }
  int count() const override { return 1; }
  std::string description(int) const override { return "loops in C"; }
  std::unique_ptr<Device> create(const DeviceOptions &) const override { return std::make_unique<CDevice>(); }
  DeviceReport report() const override {
    return {"c", R"({"compiler": ")" DPSIMS_C_COMPILER R"("})", {{"compiler", DPSIMS_C_COMPILER}}};
  }
};

const CKind kind;
[[maybe_unused]] const bool isRegistered = (registerDeviceKind(kind), true);

} // namespace

} // namespace dpsims::c
