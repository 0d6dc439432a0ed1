// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A device's queues as CUDA streams, points in them, and the streams that plans spread their steps over.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_STREAMS_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_STREAMS_H

#include "runtime/device/device.h"

#include <cuda_runtime_api.h>
#include <vector>

namespace dpsims::cuda {

class Streams {
public:
  /// `lanes`: streams for the steps of a plan.
  explicit Streams(uint32_t lanes);
  ~Streams();
  Streams(const Streams &) = delete;
  Streams &operator=(const Streams &) = delete;

  cudaStream_t get(Queue queue) const { return handles[static_cast<size_t>(queue)]; }
  cudaStream_t compute() const { return get(Queue::Compute); }

  /// By lane; the first is Queue::Compute. What others are given must be ordered with it by events.
  std::vector<cudaStream_t> lanes() const;

  /// Waits until all are done.
  void synchronize() const;

private:
  std::vector<cudaStream_t> handles; // of the queues, then of the lanes but the first
};

class CudaEvent : public DeviceEvent {
public:
  /// `streams` must outlive the event.
  CudaEvent(const Streams &streams, bool timed);
  ~CudaEvent() override;
  CudaEvent(const CudaEvent &) = delete;
  CudaEvent &operator=(const CudaEvent &) = delete;

  void record(Queue queue) override;
  void wait(Queue queue) override;
  void synchronize() override;
  double secondsSince(const DeviceEvent &earlier) const override;

private:
  const Streams &streams;
  cudaEvent_t handle = nullptr;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_STREAMS_H
