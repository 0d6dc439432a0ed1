// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/streams.h"

#include "runtime/device/cuda/check.h"

namespace dpsims::cuda {

static constexpr size_t queueCount = 3;

Streams::Streams(uint32_t lanes) : handles(queueCount + lanes - 1) {
  for (cudaStream_t &handle : handles)
    check(cudaStreamCreateWithFlags(&handle, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
}

Streams::~Streams() {
  for (cudaStream_t handle : handles)
    if (handle)
      cudaStreamDestroy(handle);
}

std::vector<cudaStream_t> Streams::lanes() const {
  std::vector<cudaStream_t> result{compute()};
  result.insert(result.end(), handles.begin() + queueCount, handles.end());
  return result;
}

void Streams::synchronize() const {
  for (cudaStream_t handle : handles)
    check(cudaStreamSynchronize(handle), "cudaStreamSynchronize");
}

CudaEvent::CudaEvent(const Streams &streams, bool timed) : streams(streams) {
  check(cudaEventCreateWithFlags(&handle, timed ? cudaEventDefault : cudaEventDisableTiming),
        "cudaEventCreateWithFlags");
}

CudaEvent::~CudaEvent() { cudaEventDestroy(handle); }

void CudaEvent::record(Queue queue) { check(cudaEventRecord(handle, streams.get(queue)), "cudaEventRecord"); }

void CudaEvent::wait(Queue queue) { check(cudaStreamWaitEvent(streams.get(queue), handle, 0), "cudaStreamWaitEvent"); }

double CudaEvent::secondsSince(const DeviceEvent &earlier) const {
  float milliseconds = 0;
  check(cudaEventElapsedTime(&milliseconds, static_cast<const CudaEvent &>(earlier).handle, handle),
        "cudaEventElapsedTime");
  return milliseconds * 1e-3;
}

void CudaEvent::synchronize() { check(cudaEventSynchronize(handle), "cudaEventSynchronize"); }

} // namespace dpsims::cuda
