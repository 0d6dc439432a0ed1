// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_STEP_TIMER_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_STEP_TIMER_H

#include <cuda_runtime_api.h>
#include <functional>
#include <vector>

namespace dpsims::cuda {

/// Measures pieces of work on a stream by events between them, in one go. The stream is held back until the host has
/// enqueued the next few: else short pieces would show the time that the host takes for a launch.
class StepTimer {
public:
  /// `holds`: not for work that itself waits for the stream.
  StepTimer(cudaStream_t stream, bool holds) : stream(stream), holds(holds) {}
  ~StepTimer();
  StepTimer(const StepTimer &) = delete;
  StepTimer &operator=(const StepTimer &) = delete;

  /// enqueue(i) for every i < seconds.size(), and the seconds that each takes. Complete on return.
  void time(const std::function<void(size_t)> &enqueue, std::vector<double> &seconds);

private:
  void timePart(size_t begin, size_t end, const std::function<void(size_t)> &enqueue, std::vector<double> &seconds);

  cudaStream_t stream;
  bool holds;
  std::vector<cudaEvent_t> events; // made when first needed
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_STEP_TIMER_H
