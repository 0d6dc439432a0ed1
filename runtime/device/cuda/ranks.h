// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The GPUs of a run's ranks, one each, which meet by NCCL.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_RANKS_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_RANKS_H

#include "runtime/device/cuda/nccl.h"
#include "runtime/device/device.h"

#include <cstddef>
#include <string>

namespace dpsims::cuda {

/// Where a new group of ranks meets: one of them asks for it, and tells the others (DeviceRanks::id).
std::string newRanksId();

class Ranks {
public:
  /// On the thread's GPU. Returns when all ranks have come. Error (DeviceError): NCCL is missing, or says why not.
  explicit Ranks(const DeviceRanks &ranks);
  ~Ranks();
  Ranks(const Ranks &) = delete;
  Ranks &operator=(const Ranks &) = delete;

  /// Enqueues it: dst[i] becomes the sum or the largest of all ranks' src[i]; dst may be src. Between `begin` and `end`
  /// several are one message. Error (DeviceError): NCCL's.
  void allReduce(const float *src, float *dst, size_t count, Reduction reduction, cudaStream_t stream);
  /// The same for the rank's part of the sums, dst[i] of all ranks' src[rank * part + i], and the other way around: dst
  /// gets `part` elements of each rank's src. The memories do not overlap.
  void reduceScatter(const float *src, float *dst, size_t part, cudaStream_t stream);
  void allGather(const float *src, float *dst, size_t part, cudaStream_t stream);

  /// Enqueues a copy of the rank's part of src: not between `begin` and `end`.
  void copyOwnPart(const float *src, float *dst, size_t part, cudaStream_t stream);

  void begin();
  void end();

private:
  NcclCommunicator communicator = nullptr;
  int rank;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_RANKS_H
