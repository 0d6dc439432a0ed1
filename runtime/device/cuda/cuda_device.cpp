// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Part of the runtime proper: finds and loads libdpsims-cuda.so. Uses nothing of CUDA.

#include "runtime/device/cuda/cuda_device.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <cstdlib>
#include <dlfcn.h>
#include <unistd.h>

namespace dpsims {

namespace {

constexpr const char *libraryName = "libdpsims-cuda.so";

// The folder of the running program, empty if the system does not say.
std::string programFolder() {
  char path[4096];
  ssize_t length = readlink("/proc/self/exe", path, sizeof(path));
  if (length <= 0 || length == static_cast<ssize_t>(sizeof(path)))
    return {};
  std::string program(path, static_cast<size_t>(length));
  return program.substr(0, program.rfind('/'));
}

// In the folder that the environment names; else beside the program, as built and as installed; else wherever the
// loader looks.
std::string findLibrary() {
  const char *named = std::getenv(cudaLibraryVariable);
  if (named && *named)
    return joinPath(named, libraryName);
  std::string folder = programFolder();
  for (const char *place : {"/../lib/", "/"}) {
    std::string path = folder + place + libraryName;
    if (!folder.empty() && access(path.c_str(), R_OK) == 0)
      return path;
  }
  return libraryName;
}

CudaEntry loadEntry() {
  // Never closed: the device's code must outlive everything made with it.
  void *library = dlopen(findLibrary().c_str(), RTLD_NOW | RTLD_LOCAL);
  void *entry = library ? dlsym(library, cudaEntryName) : nullptr;
  if (!entry) {
    const char *reason = dlerror();
    fail("compiled for cuda, and the CUDA libraries cannot be loaded (", reason ? reason : "no reason given",
         "): install them, or compile with --target cpu");
  }
  return reinterpret_cast<CudaEntry>(entry);
}

} // namespace

std::unique_ptr<Device> createCudaDevice(const DeviceOptions &options) {
  return std::unique_ptr<Device>(loadEntry()(options));
}

} // namespace dpsims
