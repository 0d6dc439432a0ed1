// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The passes from gpu.func to the LLVM and NVVM dialects (CUDA).

#ifndef DPSIMS_PASSES_CUDA_GPUTONVVM_H
#define DPSIMS_PASSES_CUDA_GPUTONVVM_H

#include "mlir/Pass/PassManager.h"

namespace dpsims {

/// Kernels of gpu.modules become functions from which GpuCode.h makes PTX. They take one pointer an argument.
void addGpuToNVVM(mlir::OpPassManager &manager);

/// Makes them known to dpsims-opt as --lower-gpu-to-nvvm.
void registerGpuToNVVM();

} // namespace dpsims

#endif
