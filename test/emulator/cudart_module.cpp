// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Double of cudart: code and its kernels, also those that nvcc's output registers by itself.

#include "test/emulator/gpu.h"
#include "test/emulator/handles.h"
#include "test/emulator/modules.h"

namespace dpsims::emulated {

namespace {

// Code that is part of the program: read when one of its kernels is first used, as no GPU may be there.
struct Registered {
  const void *image;
  std::unique_ptr<Code> code;
};

struct HostFunction {
  Registered *library;
  std::string name;
};

struct Modules {
  Handles<Code> libraries;
  std::map<const void *, HostFunction> hostFunctions;
  std::map<const void *, const Code *> kernels; // of libraries, by handle
};

// Made before anything else of this library is; never destroyed.
Modules &modules() {
  static auto *it = new Modules;
  return *it;
}

std::shared_ptr<Code> findLibrary(const void *library) {
  std::shared_ptr<Code> found = modules().libraries.find(library);
  if (!found)
    throw CudaError(cudaErrorInvalidResourceHandle, "there is no such library");
  return found;
}

const Code::Kernel &kernelOf(HostFunction &function) {
  Registered &library = *function.library;
  if (!library.code)
    library.code = std::make_unique<Code>(library.image);
  const Code::Kernel *kernel = library.code->find(function.name);
  if (!kernel)
    throw CudaError(cudaErrorInvalidDeviceFunction, "the program has no kernel " + function.name);
  return *kernel;
}

} // namespace

const Code::Kernel &kernelOf(const void *handle) {
  auto host = modules().hostFunctions.find(handle);
  if (host != modules().hostFunctions.end())
    return kernelOf(host->second);
  if (!modules().kernels.count(handle))
    throw CudaError(cudaErrorInvalidDeviceFunction, "there is no such kernel, or its library was unloaded");
  return *static_cast<const Code::Kernel *>(handle);
}

cudaLibrary_t loadLibrary(const void *image) {
  static bool isWatched = false;
  if (!isWatched)
    watchLeaks("libraries", [] { return modules().libraries.size(); });
  isWatched = true;
  return modules().libraries.add<cudaLibrary_t>(std::make_shared<Code>(image));
}

void unloadLibrary(cudaLibrary_t library) {
  std::shared_ptr<Code> code = findLibrary(library);
  auto &kernels = modules().kernels;
  for (auto entry = kernels.begin(); entry != kernels.end();)
    entry = entry->second == code.get() ? kernels.erase(entry) : std::next(entry);
  modules().libraries.remove(library);
}

const Code::Kernel *findKernel(cudaLibrary_t library, const std::string &name) {
  std::shared_ptr<Code> code = findLibrary(library);
  const Code::Kernel *kernel = code->find(name);
  if (kernel)
    modules().kernels[kernel] = code.get();
  return kernel;
}

} // namespace dpsims::emulated

using namespace dpsims::emulated;

extern "C" {

cudaError_t cudaLibraryLoadData(cudaLibrary_t *library, const void *code, cudaJitOption *, void **, unsigned jitOptions,
                                cudaLibraryOption *, void **, unsigned options) {
  return call("cudaLibraryLoadData", [&] {
    gpu().scheduler.forbidInCapture("loading of code");
    if (!library || !code || jitOptions || options)
      throw CudaError(cudaErrorInvalidValue, "no code, or options that are not emulated");
    *library = loadLibrary(code);
  });
}

cudaError_t cudaLibraryUnload(cudaLibrary_t library) {
  return call("cudaLibraryUnload", [&] {
    gpu().scheduler.forbidInCapture("unloading of code");
    gpu().scheduler.finishAll();
    unloadLibrary(library);
  });
}

cudaError_t cudaLibraryGetKernel(cudaKernel_t *kernel, cudaLibrary_t library, const char *name) {
  return call("cudaLibraryGetKernel", [&] {
    const Code::Kernel *found = findKernel(library, name);
    if (!found)
      throw CudaError(cudaErrorSymbolNotFound);
    *kernel = reinterpret_cast<cudaKernel_t>(const_cast<Code::Kernel *>(found));
  });
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes *attributes, const void *function) {
  return call("cudaFuncGetAttributes", [&] {
    const Code::Kernel &kernel = kernelOf(function);
    requireRunnable(kernel);
    *attributes = {};
    attributes->sharedSizeBytes = kernel.ptx->sharedBytes;
    attributes->maxThreadsPerBlock = kernel.ptx->maxThreads ? static_cast<int>(kernel.ptx->maxThreads) : 1024;
    attributes->ptxVersion = kernel.chip;
    attributes->binaryVersion = gpu().options.chip;
    attributes->maxDynamicSharedSizeBytes = static_cast<int>(48 * 1024 - kernel.ptx->sharedBytes);
  });
}

//===--------------------------------------------------------------------------------------------------------------===//
// What nvcc's output calls
//===--------------------------------------------------------------------------------------------------------------===//

// The section .nvFatBinSegment.
struct FatBinaryWrapper {
  int magic, version;
  const void *data;
  void *unused;
};

void **__cudaRegisterFatBinary(void *wrapper) {
  return reinterpret_cast<void **>(new Registered{static_cast<FatBinaryWrapper *>(wrapper)->data, nullptr});
}

void __cudaRegisterFatBinaryEnd(void **) {}

void __cudaUnregisterFatBinary(void **) {}

void __cudaRegisterFunction(void **library, const char *hostFunction, char *, const char *name, int, uint3 *, uint3 *,
                            dim3 *, dim3 *, int *) {
  modules().hostFunctions[hostFunction] = {reinterpret_cast<Registered *>(library), name};
}

cudaError_t __cudaGetKernel(cudaKernel_t *kernel, const void *hostFunction) {
  *kernel = reinterpret_cast<cudaKernel_t>(const_cast<void *>(hostFunction));
  return cudaSuccess;
}

} // extern "C"
