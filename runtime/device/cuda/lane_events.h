// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What keeps a plan's steps in order where they go to several streams.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_LANE_EVENTS_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_LANE_EVENTS_H

#include "runtime/device/cuda/libraries.h"
#include "runtime/device/plan/step_order.h"

namespace dpsims::cuda {

/// The events of a StepOrder. Called while work is captured they become the edges of the graph.
class LaneEvents {
public:
  /// Both must outlive the object.
  LaneEvents(const StepOrder &order, const Libraries &libraries);
  ~LaneEvents();
  LaneEvents(const LaneEvents &) = delete;
  LaneEvents &operator=(const LaneEvents &) = delete;

  /// Lanes begin where the first one is.
  void fork() const;

  /// The step's lane waits for those that it must wait for.
  void before(size_t step) const;

  /// Its end can be waited for.
  void after(size_t step) const;

  /// The first lane goes on where all have ended.
  void join() const;

private:
  void record(cudaEvent_t event, uint32_t lane) const;
  void wait(uint32_t lane, cudaEvent_t event) const;
  cudaEvent_t make();

  const StepOrder &order;
  const Libraries &libraries;
  cudaEvent_t start = nullptr;        // null: nobody waits for it
  std::vector<cudaEvent_t> ends;      // by step; likewise
  std::vector<cudaEvent_t> allEvents; // to be given back
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_LANE_EVENTS_H
