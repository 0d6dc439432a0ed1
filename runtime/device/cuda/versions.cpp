// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/versions.h"

#include <cublasLt.h>
#include <cudnn.h>
#include <dlfcn.h>

namespace dpsims::cuda {

std::string libraryVersion(size_t version) {
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
         std::to_string(version % 100);
}

namespace {

std::string fileOf(void *function) {
  Dl_info info;
  return dladdr(function, &info) && info.dli_fname ? info.dli_fname : "a place unknown";
}

// Patches of a version are interchangeable.
bool serves(size_t found, size_t built) { return found / 10000 == built / 10000 && found / 100 >= built / 100; }

std::string problemOf(const std::string &library, size_t found, size_t built, void *function) {
  if (serves(found, built))
    return "";
  const std::string major = std::to_string(built / 10000);
  return library + " " + libraryVersion(found) + " was found (" + fileOf(function) + "), and " +
         libraryVersion(built / 100 * 100) + " or newer of version " + major + " is needed: install " + library + " " +
         major + ", or put the folder that has a newer one first in LD_LIBRARY_PATH";
}

} // namespace

std::string libraryProblem() {
  std::string problem = problemOf("cuDNN", cudnnGetVersion(), CUDNN_VERSION, reinterpret_cast<void *>(cudnnGetVersion));
  return problem.empty()
             ? problemOf("cuBLASLt", cublasLtGetVersion(), CUBLAS_VERSION, reinterpret_cast<void *>(cublasLtGetVersion))
             : problem;
}

} // namespace dpsims::cuda
