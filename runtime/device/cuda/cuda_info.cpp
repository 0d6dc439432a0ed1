// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/cuda_info.h"

#include "runtime/device/cuda/cuda_library.h"

#include <dlfcn.h>

namespace dpsims {

namespace {

// The driver's own answer, for where libdpsims-cuda.so cannot be asked.
std::string driverVersion() {
  int version = 0;
  void *driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  auto ask = reinterpret_cast<int (*)(int *)>(driver ? dlsym(driver, "cuDriverGetVersion") : nullptr);
  if (!ask || ask(&version) != 0)
    return "";
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string missingText(const CudaInfo &info) {
  std::string names;
  for (const LibraryInfo &library : info.libraries)
    if (!library.error.empty())
      names += (names.empty() ? "" : " and ") + library.name;
  if (names.empty())
    return "";
  return names + ": install CUDA " + info.toolkit.substr(0, info.toolkit.find('.')) +
         " and cuDNN 9, as packages of the system or as the wheels that PyTorch uses, or put the folder that has them "
         "in "
         "LD_LIBRARY_PATH";
}

} // namespace

CudaInfo findCuda() {
  CudaInfo info;
  info.toolkit = DPSIMS_CUDA_VERSION;
  info.driver = driverVersion();
  info.folders = cudaLibraryFolders();
  for (const CudaLibraryFile &file : loadCudaLibraries())
    info.libraries.push_back({file.name, "", file.path, file.error});
  info.problem = missingText(info);
  LibraryInfo device{"libdpsims-cuda.so", "", findCudaLibrary(), ""};
  void *library = dlopen(device.path.c_str(), RTLD_NOW | RTLD_LOCAL); // never closed, as in loadCudaSymbol
  if (void *entry = library ? dlsym(library, cudaInfoEntryName) : nullptr)
    reinterpret_cast<CudaInfoEntry>(entry)(info);
  else if (const char *reason = dlerror())
    device.error = reason;
  if (!device.error.empty() && info.problem.empty())
    info.problem = wrongFolder().empty() ? device.name + ": install dpsims-run again" : wrongFolder();
  info.libraries.insert(info.libraries.begin(), device);
  return info;
}

} // namespace dpsims
