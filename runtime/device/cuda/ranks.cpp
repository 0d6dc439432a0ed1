// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/ranks.h"

#include "runtime/base/error.h"
#include "runtime/device/cuda/check.h"

#include <cstring>

namespace dpsims::cuda {

static void check(int status, const char *call) {
  if (status)
    failDevice(ErrorCode::Device, call, ": ", nccl().errorString(status),
               "; NCCL_DEBUG=WARN in the environment makes NCCL say more");
}

std::string newRanksId() {
  NcclId id;
  check(nccl().getUniqueId(&id), "ncclGetUniqueId");
  return std::string(id.bytes, sizeof(id.bytes));
}

Ranks::Ranks(const DeviceRanks &ranks) : rank(ranks.rank) {
  NcclId id;
  if (ranks.id.size() != sizeof(id.bytes))
    failDevice(ErrorCode::Internal, "the place where ranks meet has ", ranks.id.size(), " bytes, not ",
               sizeof(id.bytes));
  std::memcpy(id.bytes, ranks.id.data(), sizeof(id.bytes));
  check(nccl().commInitRank(&communicator, ranks.size, id, ranks.rank), "ncclCommInitRank");
}

// Not ncclCommDestroy, which waits for ranks that may be gone; a run that has ended well has nothing left to exchange.
Ranks::~Ranks() { nccl().commAbort(communicator); }

void Ranks::allReduce(const float *src, float *dst, size_t count, Reduction reduction, cudaStream_t stream) {
  check(nccl().allReduce(src, dst, count, NcclType::Float,
                         reduction == Reduction::Sum ? NcclReduction::Sum : NcclReduction::Max, communicator, stream),
        "ncclAllReduce");
}

void Ranks::reduceScatter(const float *src, float *dst, size_t part, cudaStream_t stream) {
  check(nccl().reduceScatter(src, dst, part, NcclType::Float, NcclReduction::Sum, communicator, stream),
        "ncclReduceScatter");
}

void Ranks::allGather(const float *src, float *dst, size_t part, cudaStream_t stream) {
  check(nccl().allGather(src, dst, part, NcclType::Float, communicator, stream), "ncclAllGather");
}

void Ranks::copyOwnPart(const float *src, float *dst, size_t part, cudaStream_t stream) {
  check(cudaMemcpyAsync(dst, src + size_t(rank) * part, part * sizeof(float), cudaMemcpyDeviceToDevice, stream),
        "cudaMemcpyAsync");
}

void Ranks::begin() { check(nccl().groupStart(), "ncclGroupStart"); }
void Ranks::end() { check(nccl().groupEnd(), "ncclGroupEnd"); }

} // namespace dpsims::cuda
