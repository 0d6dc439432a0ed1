// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/lane_events.h"

#include "runtime/device/cuda/check.h"

namespace dpsims::cuda {

LaneEvents::LaneEvents(const StepOrder &order, const Libraries &libraries)
    : order(order), libraries(libraries), ends(order.steps.size()) {
  if (!order.forks.empty())
    start = make();
  auto makeEnds = [this](const std::vector<size_t> &steps) {
    for (size_t step : steps)
      if (!ends[step])
        ends[step] = make();
  };
  for (const StepOrder::Place &place : order.steps)
    makeEnds(place.waits);
  makeEnds(order.joins);
}

LaneEvents::~LaneEvents() {
  for (cudaEvent_t event : allEvents)
    cudaEventDestroy(event);
}

cudaEvent_t LaneEvents::make() {
  allEvents.push_back(nullptr);
  check(cudaEventCreateWithFlags(&allEvents.back(), cudaEventDisableTiming), "cudaEventCreateWithFlags");
  return allEvents.back();
}

void LaneEvents::record(cudaEvent_t event, uint32_t lane) const {
  check(cudaEventRecord(event, libraries.stream(lane)), "cudaEventRecord");
}

void LaneEvents::wait(uint32_t lane, cudaEvent_t event) const {
  check(cudaStreamWaitEvent(libraries.stream(lane), event, 0), "cudaStreamWaitEvent");
}

void LaneEvents::fork() const {
  if (start)
    record(start, 0);
  for (uint32_t lane : order.forks)
    wait(lane, start);
}

void LaneEvents::before(size_t step) const {
  for (size_t earlier : order.steps[step].waits)
    wait(order.steps[step].lane, ends[earlier]);
}

void LaneEvents::after(size_t step) const {
  if (ends[step])
    record(ends[step], order.steps[step].lane);
}

void LaneEvents::join() const {
  for (size_t step : order.joins)
    wait(0, ends[step]);
}

} // namespace dpsims::cuda
