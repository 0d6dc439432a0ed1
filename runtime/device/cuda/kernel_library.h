// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_KERNEL_LIBRARY_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_KERNEL_LIBRARY_H

#include "runtime/format/model.h"

#include <cuda_runtime_api.h>
#include <string>

namespace dpsims::cuda {

/// The kernels of a model on the current GPU for the life of the object: its machine code for that chip, else its PTX,
/// which the driver compiles. All of them are there once it is made, whatever the driver leaves for later.
class KernelLibrary {
public:
  /// Error: none of the model's code is for the chip, or none can be loaded.
  explicit KernelLibrary(const CompiledModel &model);
  ~KernelLibrary();
  KernelLibrary(const KernelLibrary &) = delete;
  KernelLibrary &operator=(const KernelLibrary &) = delete;

  /// Error: there is no such kernel, or it cannot be launched as the model says.
  cudaKernel_t find(const Kernel &kernel) const;

private:
  std::string load(const CompiledModel &model, const void *code);

  std::string path;
  cudaLibrary_t library = nullptr;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_KERNEL_LIBRARY_H
