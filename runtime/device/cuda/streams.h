// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A device's queues as CUDA streams, and points in them.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_STREAMS_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_STREAMS_H

#include "runtime/device/device.h"

#include <array>
#include <cuda_runtime_api.h>

namespace dpsims::cuda {

class Streams {
public:
  Streams();
  ~Streams();
  Streams(const Streams &) = delete;
  Streams &operator=(const Streams &) = delete;

  cudaStream_t get(Queue queue) const { return handles[static_cast<size_t>(queue)]; }
  cudaStream_t compute() const { return get(Queue::Compute); }

  /// Waits until all are done.
  void synchronize() const;

private:
  std::array<cudaStream_t, 3> handles{};
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
