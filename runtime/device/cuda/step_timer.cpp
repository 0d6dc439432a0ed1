// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/step_timer.h"

#include "runtime/device/cuda/check.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <optional>

namespace dpsims::cuda {

namespace {

// A stream takes about a thousand launches before the host has to wait; a step may be several.
constexpr size_t partSteps = 64;

// Holds a stream back until it goes, but not for ever: should the stream be full before, the host waits for it.
class Gate {
public:
  explicit Gate(cudaStream_t stream) : stream(stream) {
    check(cudaLaunchHostFunc(
              stream, [](void *opened) { static_cast<std::future<void> *>(opened)->wait_for(std::chrono::seconds(1)); },
              &opened),
          "cudaLaunchHostFunc");
  }
  ~Gate() {
    promise.set_value();
    cudaStreamSynchronize(stream); // the function is still using this object
  }
  Gate(const Gate &) = delete;
  Gate &operator=(const Gate &) = delete;

private:
  cudaStream_t stream;
  std::promise<void> promise;
  std::future<void> opened = promise.get_future();
};

} // namespace

StepTimer::~StepTimer() {
  for (cudaEvent_t event : events)
    cudaEventDestroy(event);
}

void StepTimer::time(const std::function<void(size_t)> &enqueue, std::vector<double> &seconds) {
  while (events.size() < std::min(partSteps, seconds.size()) + 1) {
    events.push_back(nullptr);
    check(cudaEventCreate(&events.back()), "cudaEventCreate");
  }
  for (size_t begin = 0; begin < seconds.size(); begin += partSteps)
    timePart(begin, std::min(begin + partSteps, seconds.size()), enqueue, seconds);
}

void StepTimer::timePart(size_t begin, size_t end, const std::function<void(size_t)> &enqueue,
                         std::vector<double> &seconds) {
  std::optional<Gate> gate;
  if (holds)
    gate.emplace(stream);
  check(cudaEventRecord(events[0], stream), "cudaEventRecord");
  for (size_t i = begin; i < end; ++i) {
    enqueue(i);
    check(cudaEventRecord(events[i - begin + 1], stream), "cudaEventRecord");
  }
  gate.reset();
  check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  for (size_t i = begin; i < end; ++i) {
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, events[i - begin], events[i - begin + 1]), "cudaEventElapsedTime");
    seconds[i] = milliseconds * 1e-3;
  }
}

} // namespace dpsims::cuda
