// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// NCCL for emulated GPUs: ranks are processes of this machine, which exchange data by shared memory. Work runs when the
// stream's turn comes, as that of the other libraries does. What NCCL leaves undefined or hangs on is an error: ranks
// that ask for different things, a group without end, memories that overlap.

#include "runtime/device/cuda/nccl.h"
#include "test/emulator/gpu.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

using namespace dpsims::emulated;
using namespace dpsims::cuda;

namespace {

// NCCL's statuses.
constexpr int success = 0, unhandledCudaError = 1, systemError = 2, invalidArgument = 4, invalidUsage = 5;

constexpr int mostRanks = 16;
constexpr uint64_t pieceBytes = 1 << 20;

enum class Call : int32_t { AllReduce, ReduceScatter, AllGather };
const char *const callNames[] = {"ncclAllReduce", "ncclReduceScatter", "ncclAllGather"};

/// What a rank is about to do; all must do the same.
struct Request {
  Call call = Call::AllReduce;
  NcclReduction operation = NcclReduction::Sum; ///< of reductions
  uint64_t count = 0;                           ///< of elements, of a rank's part where there are such
};

/// The shared memory of a group.
struct Room {
  std::atomic<uint32_t> came, round, failed;
  Request requests[mostRanks];
  float pieces[mostRanks][pieceBytes / sizeof(float)];
};

} // namespace

namespace dpsims::cuda {
struct NcclGroup {
  Room *room = nullptr;
  int rank = 0, size = 1;
};
} // namespace dpsims::cuda

namespace {

thread_local int openGroups = 0;
std::atomic<size_t> living{0};

Room *openRoom(const char *name, int flags) {
  const int file = shm_open(name, O_RDWR | flags, 0600);
  if (file < 0)
    return nullptr;
  void *memory = MAP_FAILED;
  if (ftruncate(file, sizeof(Room)) == 0)
    memory = mmap(nullptr, sizeof(Room), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  return memory == MAP_FAILED ? nullptr : static_cast<Room *>(memory);
}

/// All ranks have come. A rank that ended would be waited for without end: not longer than this.
void meet(NcclGroup &comm) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  Room &room = *comm.room;
  const uint32_t round = room.round;
  if (room.came.fetch_add(1) + 1 == static_cast<uint32_t>(comm.size)) {
    room.came = 0;
    ++room.round;
    return;
  }
  while (room.round == round) {
    if (room.failed || std::chrono::steady_clock::now() > limit)
      throw DeviceFault(cudaErrorUnknown, "NCCL: another rank did not come");
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
}

[[noreturn]] void refuse(NcclGroup &comm, const std::string &message) {
  comm.room->failed = 1;
  throw DeviceFault(cudaErrorUnknown, message);
}

void requireSame(NcclGroup &comm, const Request &own) {
  comm.room->requests[comm.rank] = own;
  meet(comm);
  const auto text = [](int rank, const Request &r) {
    return "rank " + std::to_string(rank) + " " + callNames[int(r.call)] + " of " + std::to_string(r.count) +
           " elements";
  };
  for (int rank = 0; rank < comm.size; ++rank)
    if (const Request &other = comm.room->requests[rank];
        other.call != own.call || other.count != own.count || other.operation != own.operation)
      refuse(comm, "NCCL: " + text(comm.rank, own) + ", " + text(rank, other));
}

/// What all ranks have in their pieces: reduced in the ranks' order, so all have the same bits.
void reducePieces(NcclGroup &comm, float *dst, uint64_t count, NcclReduction operation) {
  for (uint64_t i = 0; i < count; ++i) {
    float result = comm.room->pieces[0][i];
    for (int rank = 1; rank < comm.size; ++rank) {
      const float other = comm.room->pieces[rank][i];
      result = operation == NcclReduction::Sum ? result + other : std::max(result, other);
    }
    dst[i] = result;
  }
}

/// take() with the first `count` elements of src of all ranks in their pieces.
template <typename Take> void exchange(NcclGroup &comm, const float *src, uint64_t count, const Take &take) {
  std::memcpy(comm.room->pieces[comm.rank], src, count * sizeof(float));
  meet(comm);
  take();
  meet(comm);
}

void execute(NcclGroup &comm, const Request &own, const float *src, float *dst) {
  requireSame(comm, own);
  constexpr uint64_t piece = pieceBytes / sizeof(float);
  for (uint64_t begin = 0; begin < own.count; begin += piece) {
    const uint64_t count = std::min(piece, own.count - begin);
    const auto reduce = [&] { reducePieces(comm, dst + begin, count, own.operation); };
    switch (own.call) {
    case Call::AllReduce:
      exchange(comm, src + begin, count, reduce);
      break;
    case Call::ReduceScatter:
      for (int rank = 0; rank < comm.size; ++rank)
        exchange(comm, src + uint64_t(rank) * own.count + begin, count, [&] {
          if (rank == comm.rank)
            reduce();
        });
      break;
    case Call::AllGather:
      exchange(comm, src + begin, count, [&] {
        for (int rank = 0; rank < comm.size; ++rank)
          std::memcpy(dst + uint64_t(rank) * own.count + begin, comm.room->pieces[rank], count * sizeof(float));
      });
    }
  }
}

int getUniqueId(NcclId *id) {
  static int made = 0;
  std::memset(id->bytes, 0, sizeof(id->bytes));
  std::snprintf(id->bytes, sizeof(id->bytes), "/dpsims-emulated-nccl-%d-%d", int(getpid()), made++);
  return openRoom(id->bytes, O_CREAT | O_EXCL) ? success : systemError;
}

int commInitRank(NcclCommunicator *comm, int size, NcclId id, int rank) {
  if (size < 1 || size > mostRanks || rank < 0 || rank >= size)
    return invalidArgument;
  auto made = std::make_unique<NcclGroup>();
  made->room = openRoom(id.bytes, 0);
  made->rank = rank, made->size = size;
  if (!made->room)
    return systemError;
  meet(*made);
  shm_unlink(id.bytes); // all have it
  if (living++ == 0)
    watchLeaks("NCCL communicators", [] { return living.load(); });
  *comm = made.release();
  return success;
}

int commAbort(NcclCommunicator comm) {
  comm->room->failed = 1;
  munmap(comm->room, sizeof(Room));
  delete comm;
  --living;
  return success;
}

/// An all-reduce may work in place; of others no byte may be shared.
void checkOperands(const Request &own, int ranks, const void *src, void *dst) {
  const std::string name = callNames[int(own.call)];
  const uint64_t bytes = own.count * sizeof(float), all = bytes * uint64_t(ranks);
  const uint64_t srcBytes = own.call == Call::ReduceScatter ? all : bytes,
                 dstBytes = own.call == Call::AllGather ? all : bytes;
  gpu().checkDevice(src, srcBytes, name + ": the source");
  gpu().checkDevice(dst, dstBytes, name + ": the destination");
  const char *from = static_cast<const char *>(src), *to = static_cast<const char *>(dst);
  const bool isInPlace = own.call == Call::AllReduce && from == to;
  if (!isInPlace && from < to + dstBytes && to < from + srcBytes)
    throw CudaError(cudaErrorInvalidValue, name + ": source and destination overlap");
}

int enqueue(const Request &own, const void *src, void *dst, NcclType type, NcclCommunicator comm, cudaStream_t stream) {
  if (type != NcclType::Float || (own.operation != NcclReduction::Sum && own.operation != NcclReduction::Max))
    return invalidUsage;
  const char *name = callNames[int(own.call)];
  const cudaError_t status = call(name, [&] {
    checkOperands(own, comm->size, src, dst);
    gpu().submitLibraryCall(stream, name, [=] {
      checkOperands(own, comm->size, src, dst);
      execute(*comm, own, static_cast<const float *>(src), static_cast<float *>(dst));
    });
  });
  return status == cudaSuccess ? success : unhandledCudaError;
}

int allReduce(const void *src, void *dst, size_t count, NcclType type, NcclReduction operation, NcclCommunicator comm,
              cudaStream_t stream) {
  return enqueue({Call::AllReduce, operation, count}, src, dst, type, comm, stream);
}

int reduceScatter(const void *src, void *dst, size_t part, NcclType type, NcclReduction operation,
                  NcclCommunicator comm, cudaStream_t stream) {
  return enqueue({Call::ReduceScatter, operation, part}, src, dst, type, comm, stream);
}

int allGather(const void *src, void *dst, size_t part, NcclType type, NcclCommunicator comm, cudaStream_t stream) {
  return enqueue({Call::AllGather, NcclReduction::Sum, part}, src, dst, type, comm, stream);
}

int groupStart() {
  ++openGroups;
  return success;
}

int groupEnd() {
  if (openGroups == 0)
    return invalidUsage;
  --openGroups;
  return success;
}

const char *errorString(int status) { return status == success ? "no error" : "emulated NCCL failed"; }

} // namespace

namespace dpsims::cuda {

const Nccl &nccl() {
  static const Nccl functions = {getUniqueId, commInitRank, commAbort, allReduce,  reduceScatter,
                                 allGather,   groupStart,   groupEnd,  errorString};
  return functions;
}

} // namespace dpsims::cuda
