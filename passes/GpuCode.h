// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From gpu.func kernels (the result of lower-kernels-to-gpu) to PTX and machine code.
#ifndef DPSIMS_PASSES_GPUCODE_H
#define DPSIMS_PASSES_GPUCODE_H

#include "mlir/IR/BuiltinOps.h"

#include <string>

namespace dpsims {

/// How a kernel is launched: `grid` blocks of `threads` threads.
struct GpuKernel {
  std::string name;
  int64_t grid;
  int64_t threads;
};

/// What compileForCuda needs in the registry from which the module's context is made.
void registerGpuCodeDependencies(mlir::DialectRegistry &registry);

/// The kernels of the module's gpu.modules, in their order.
llvm::SmallVector<GpuKernel> gpuKernels(mlir::ModuleOp module);

/// Compiles the module's gpu.module for a chip ("sm_90"); the module itself stays as it is. Kernels take one pointer an
/// argument. Needs ptxas of the CUDA toolkit, looked for in PATH, CUDA_HOME, CUDA_PATH and /usr/local/cuda. Both
/// results are empty if there is no kernel.
llvm::LogicalResult compileForCuda(mlir::ModuleOp module, llvm::StringRef chip, std::string &ptx,
                                   llvm::SmallVectorImpl<char> &cubin);

} // namespace dpsims

#endif
