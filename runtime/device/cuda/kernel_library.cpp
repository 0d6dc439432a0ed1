// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/kernel_library.h"

#include "runtime/base/error.h"
#include "runtime/device/cuda/check.h"
#include "runtime/device/cuda/code_images.h"
#include "runtime/device/cuda/gpu.h"

#include <cstdint>

namespace dpsims::cuda {

namespace {

constexpr uint64_t maxGrid = INT32_MAX;
constexpr uint32_t maxThreads = 1024;

Chip currentChip() {
  int gpu = 0;
  check(cudaGetDevice(&gpu), "cudaGetDevice");
  return chipOf(gpu);
}

// Forces the driver, which may load functions when they are first launched, to load one; empty if it can be launched.
std::string loadKernel(cudaLibrary_t library, const Kernel &kernel) {
  cudaKernel_t function = nullptr;
  cudaFuncAttributes attributes;
  cudaError_t status = cudaLibraryGetKernel(&function, library, kernel.name.c_str());
  if (status == cudaSuccess)
    status = cudaFuncGetAttributes(&attributes, reinterpret_cast<const void *>(function));
  if (status != cudaSuccess)
    return "kernel " + quoted(kernel.name) + ": " + cudaGetErrorString(status);
  if (static_cast<uint32_t>(attributes.maxThreadsPerBlock) < kernel.threads)
    return "kernel " + quoted(kernel.name) + " has " + std::to_string(kernel.threads) + " threads a block, of which " +
           std::to_string(attributes.maxThreadsPerBlock) + " fit";
  return {};
}

} // namespace

KernelLibrary::KernelLibrary(const CompiledModel &model) : path(model.path) {
  const Chip gpu = currentChip();
  const CodeImages images(model);
  std::string trouble;
  if (const GpuCode *cubin = images.cubinFor(gpu)) {
    std::string reason = load(model, cubin->code.data);
    if (reason.empty())
      return;
    trouble = "its code for " + cubin->chip.name() + " cannot be loaded (" + reason + ")";
  }
  if (const GpuCode *ptx = images.ptxFor(gpu)) {
    const std::string text(reinterpret_cast<const char *>(ptx->code.data), ptx->code.size); // the driver wants its end
    std::string reason = load(model, text.c_str());
    if (reason.empty())
      return;
    trouble += (trouble.empty() ? "" : ", and ") + ("its PTX cannot be compiled (" + reason + ")");
  }
  if (trouble.empty())
    trouble = "it has " + images.text();
  fail(ErrorCode::Incompatible, path, ": has no code that runs on this GPU, ", gpu.name(), ": ", trouble,
       "; compile it with dpsims-compile "
       "--chip ",
       gpu.name());
}

// Returns what went wrong, and has no library then.
std::string KernelLibrary::load(const CompiledModel &model, const void *code) {
  std::string trouble;
  cudaError_t status = cudaLibraryLoadData(&library, code, nullptr, nullptr, 0, nullptr, nullptr, 0);
  if (status != cudaSuccess)
    trouble = cudaGetErrorString(status);
  for (size_t i = 0; i < model.kernels.size() && trouble.empty(); ++i)
    trouble = loadKernel(library, model.kernels[i]);
  if (trouble.empty())
    return trouble;
  cudaGetLastError(); // else the next launch would report it
  if (status == cudaSuccess)
    cudaLibraryUnload(library);
  library = nullptr;
  return trouble;
}

KernelLibrary::~KernelLibrary() {
  if (library)
    cudaLibraryUnload(library);
}

cudaKernel_t KernelLibrary::find(const Kernel &kernel) const {
  if (kernel.grid == 0 || kernel.grid > maxGrid || kernel.threads == 0 || kernel.threads > maxThreads)
    fail(ErrorCode::InvalidData, path, ": kernel ", quoted(kernel.name), ": ", kernel.grid, " blocks of ",
         kernel.threads, " threads cannot be launched; compile the model again");
  cudaKernel_t function = nullptr;
  if (cudaLibraryGetKernel(&function, library, kernel.name.c_str()) != cudaSuccess) {
    cudaGetLastError();
    fail(ErrorCode::InvalidData, path, ": the model's code has no kernel ", quoted(kernel.name),
         "; compile the model again");
  }
  return function;
}

} // namespace dpsims::cuda
