// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// NCCL, which only runs on many ranks need: loaded when the first of them begins. Its types are those of its header,
// which need not be there; where it is, nccl.cpp compares.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_NCCL_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_NCCL_H

#include <cstddef>
#include <cuda_runtime_api.h>

namespace dpsims::cuda {

struct NcclId {
  char bytes[128];
};

using NcclCommunicator = struct NcclGroup *;

enum class NcclType : int { Float = 7 };
enum class NcclReduction : int { Sum = 0, Max = 2 };

/// The functions of NCCL that are called. They return 0 where all is well.
struct Nccl {
  int (*getUniqueId)(NcclId *id);
  int (*commInitRank)(NcclCommunicator *communicator, int size, NcclId id, int rank);
  int (*commAbort)(NcclCommunicator communicator);
  int (*allReduce)(const void *src, void *dst, size_t count, NcclType type, NcclReduction reduction,
                   NcclCommunicator communicator, cudaStream_t stream);
  int (*reduceScatter)(const void *src, void *dst, size_t part, NcclType type, NcclReduction reduction,
                       NcclCommunicator communicator, cudaStream_t stream);
  int (*allGather)(const void *src, void *dst, size_t part, NcclType type, NcclCommunicator communicator,
                   cudaStream_t stream);
  int (*groupStart)();
  int (*groupEnd)();
  const char *(*errorString)(int status);
};

/// Error (DeviceError): libnccl.so.2 cannot be loaded.
const Nccl &nccl();

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_NCCL_H
