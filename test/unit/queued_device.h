// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The CPU behaving as a GPU: memory of its own, and queues in which nothing happens before somebody waits.

#ifndef DPSIMS_TEST_UNIT_QUEUED_DEVICE_H
#define DPSIMS_TEST_UNIT_QUEUED_DEVICE_H

#include "runtime/base/error.h"
#include "runtime/device/device.h"

#include <array>
#include <chrono>
#include <cmath>
#include <cstring>
#include <deque>
#include <functional>
#include <random>

namespace dpsims::test {

/// What is enqueued is done as late as can be and in a random order among those that events allow, so that what relies
/// on luck goes wrong. Memory begins as NaN.
class QueuedDevice : public Device {
public:
  /// `heedsEvents` off: a queue waits for no other, as if every DeviceEvent::wait had been forgotten.
  explicit QueuedDevice(uint32_t seed, bool heedsEvents = true) : random(seed), heedsEvents(heedsEvents) {}

  int hostWaits = 0; ///< calls that stopped the host
  /// Plans run as a whole leave NaN in their first output, as a wrong graph may; their steps one by one do not.
  bool spoilsPlans = false;

  std::string target() const override { return "cpu"; }
  std::string description() const override { return "queues"; }
  bool sharesHostMemory() const override { return false; }

  std::unique_ptr<DeviceMemory> allocate(uint64_t bytes) override {
    std::unique_ptr<DeviceMemory> memory = cpu->allocate(bytes);
    if (bytes)
      std::memset(memory->data(), 0xff, bytes);
    return memory;
  }
  uint64_t freeMemory() const override { return cpu->freeMemory(); }
  std::unique_ptr<DeviceMemory> allocateHost(uint64_t bytes) override { return allocate(bytes); }

  void upload(void *dst, const void *src, uint64_t bytes) override { copyNow(dst, src, bytes); }
  void download(void *dst, const void *src, uint64_t bytes) override { copyNow(dst, src, bytes); }
  void copy(Queue queue, void *dst, const void *src, uint64_t bytes) override {
    if (bytes) // memory of no bytes has no address
      enqueue(queue, [=] { std::memcpy(dst, src, bytes); });
  }
  bool isIdle() const { return queues[0].empty() && queues[1].empty() && queues[2].empty(); }
  void synchronize() override {
    waitFor([this] { return isIdle(); });
  }
  std::unique_ptr<DeviceEvent> createEvent(bool) override { return std::make_unique<Event>(*this); }
  DevicePeaks measurePeaks() override { return cpu->measurePeaks(); }
  std::unique_ptr<ExecutablePlan> createPlan(std::shared_ptr<const CompiledModel> model, const Entry &entry,
                                             const dpsims::Plan &plan) override {
    return std::make_unique<Plan>(*this, cpu->createPlan(std::move(model), entry, plan));
  }

private:
  struct Work {
    std::function<bool()> ready; // may it begin?
    std::function<void()> action;
  };

  class Event : public DeviceEvent {
  public:
    explicit Event(QueuedDevice &device) : device(device) {}
    void record(Queue queue) override {
      device.enqueue(queue, [this, reached = reached, number = ++recorded] {
        *reached = number;
        time = Clock::now();
      });
    }
    void wait(Queue queue) override {
      auto isReached = [reached = reached, number = recorded] { return *reached >= number; };
      if (device.heedsEvents)
        device.queues[static_cast<size_t>(queue)].push_back({isReached, [] {}});
    }
    void synchronize() override {
      device.waitFor([this] { return *reached >= recorded; });
    }

    double secondsSince(const DeviceEvent &earlier) const override {
      return std::chrono::duration<double>(time - static_cast<const Event &>(earlier).time).count();
    }

  private:
    using Clock = std::chrono::steady_clock;

    QueuedDevice &device;
    Clock::time_point time;
    uint64_t recorded = 0;
    std::shared_ptr<uint64_t> reached = std::make_shared<uint64_t>(0);
  };

  class Plan : public ExecutablePlan {
  public:
    Plan(QueuedDevice &device, std::unique_ptr<ExecutablePlan> plan) : device(device), plan(std::move(plan)) {}
    void bindVariables(const std::vector<void *> &variables) override { plan->bindVariables(variables); }
    void bindArena(void *arena) override { plan->bindArena(arena); }
    void bindArguments(const std::vector<const void *> &inputs, const std::vector<void *> &outputs) override {
      plan->bindArguments(inputs, outputs);
      firstOutput = outputs.empty() ? nullptr : outputs.front();
    }
    void storeConstant(uint32_t index, const void *src) override {
      device.enqueue(Queue::Compute, [this, index, src] { plan->storeConstant(index, src); });
    }
    void run(size_t begin, size_t end) override {
      device.enqueue(Queue::Compute, [this, begin, end] { plan->run(begin, end); });
    }
    void runAll() override {
      device.enqueue(Queue::Compute, [this] {
        plan->runAll();
        if (device.spoilsPlans && firstOutput)
          *static_cast<float *>(firstOutput) = NAN;
      });
    }
    void profile(std::vector<double> &seconds) override {
      device.enqueue(Queue::Compute, [this, &seconds] { plan->profile(seconds); });
      device.synchronize();
    }
    uint64_t constantBytes() const override { return plan->constantBytes(); }
    uint64_t workspaceBytes() const override { return plan->workspaceBytes(); }
    uint64_t launches() const override { return plan->launches(); }
    std::string implementation(size_t step) const override { return plan->implementation(step); }

  private:
    QueuedDevice &device;
    std::unique_ptr<ExecutablePlan> plan;
    void *firstOutput = nullptr;
  };

  void enqueue(Queue queue, std::function<void()> action) {
    queues[static_cast<size_t>(queue)].push_back({[] { return true; }, std::move(action)});
  }

  void copyNow(void *dst, const void *src, uint64_t bytes) {
    auto done = std::make_shared<bool>(false);
    enqueue(Queue::Compute, [=] {
      std::memcpy(dst, src, bytes);
      *done = true;
    });
    waitFor([=] { return *done; });
  }

  void waitFor(const std::function<bool()> &isDone) {
    ++hostWaits;
    while (!isDone()) {
      std::vector<std::deque<Work> *> ready;
      for (std::deque<Work> &queue : queues)
        if (!queue.empty() && queue.front().ready())
          ready.push_back(&queue);
      if (ready.empty())
        fail("queues: each waits for another");
      std::deque<Work> &next = *ready[random() % ready.size()];
      Work work = std::move(next.front());
      next.pop_front();
      work.action();
    }
  }

  std::unique_ptr<Device> cpu = createDevice("cpu");
  std::array<std::deque<Work>, 3> queues;
  std::mt19937 random;
  bool heedsEvents;
};

} // namespace dpsims::test

#endif // DPSIMS_TEST_UNIT_QUEUED_DEVICE_H
