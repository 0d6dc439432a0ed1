// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_KERNEL_LIBRARY_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_KERNEL_LIBRARY_H

#include "runtime/model/model.h"

#include <cuda_runtime_api.h>
#include <string>

namespace dpsims::cuda {

/// The kernels of a model on the GPU for the life of the object: its machine code where it fits the chip, else its PTX,
/// which the driver compiles.
class KernelLibrary {
public:
  /// Error: neither fits the chip.
  explicit KernelLibrary(const CompiledModel &model);
  ~KernelLibrary();
  KernelLibrary(const KernelLibrary &) = delete;
  KernelLibrary &operator=(const KernelLibrary &) = delete;

  /// Error: there is no such kernel, or it cannot be launched as the model says.
  cudaKernel_t find(const Kernel &kernel) const;

private:
  std::string path;
  cudaLibrary_t library = nullptr;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_KERNEL_LIBRARY_H
