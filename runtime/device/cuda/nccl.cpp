// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/nccl.h"

#include "runtime/base/error.h"

#include <dlfcn.h>
#if __has_include(<nccl.h>)
#include <nccl.h>
static_assert(sizeof(ncclUniqueId) == sizeof(dpsims::cuda::NcclId));
static_assert(int(ncclFloat) == int(dpsims::cuda::NcclType::Float) && ncclSuccess == 0);
static_assert(int(ncclSum) == int(dpsims::cuda::NcclReduction::Sum));
static_assert(int(ncclMax) == int(dpsims::cuda::NcclReduction::Max));
#endif

namespace dpsims::cuda {

namespace {

constexpr const char *libraryName = "libnccl.so.2";

template <typename Function> void find(void *library, const char *name, Function &function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (!function)
    failDevice(ErrorCode::Incompatible, libraryName, " has no ", name, ": install NCCL 2.9 or newer");
}

Nccl load() {
  void *library = dlopen(libraryName, RTLD_NOW | RTLD_LOCAL); // never closed: its threads outlive a device
  if (!library) {
    const char *error = dlerror();
    failDevice(ErrorCode::Unavailable, "GPUs meet by NCCL, which cannot be loaded (", error ? error : libraryName,
               "): install it, or name its folder in LD_LIBRARY_PATH");
  }
  Nccl result = {};
  find(library, "ncclGetUniqueId", result.getUniqueId);
  find(library, "ncclCommInitRank", result.commInitRank);
  find(library, "ncclCommAbort", result.commAbort);
  find(library, "ncclAllReduce", result.allReduce);
  find(library, "ncclReduceScatter", result.reduceScatter);
  find(library, "ncclAllGather", result.allGather);
  find(library, "ncclGroupStart", result.groupStart);
  find(library, "ncclGroupEnd", result.groupEnd);
  find(library, "ncclGetErrorString", result.errorString);
  return result;
}

} // namespace

const Nccl &nccl() {
  static const Nccl functions = load();
  return functions;
}

} // namespace dpsims::cuda
