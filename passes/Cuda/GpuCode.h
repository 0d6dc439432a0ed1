// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From kernels in the LLVM dialect (the result of lower-gpu-to-nvvm) to PTX and machine code.
#ifndef DPSIMS_PASSES_CUDA_GPUCODE_H
#define DPSIMS_PASSES_CUDA_GPUCODE_H

#include "passes/Cuda/Ptxas.h"
#include "passes/Schedule/Serialize.h"

#include "mlir/IR/BuiltinOps.h"

#include <string>

namespace dpsims {

/// How a kernel is launched: `grid` blocks of `threads` threads.
using GpuKernel = KernelCode::Kernel;

/// What compileForCuda needs in the registry from which the module's context is made.
void registerGpuCodeDependencies(mlir::DialectRegistry &registry);

/// The kernels of the module's gpu.modules, in their order.
std::vector<GpuKernel> gpuKernels(mlir::ModuleOp module);

/// A module's kernels as machine code ("cubin") for each chip, oldest first, then as "ptx" for the first of them, which
/// drivers compile for later ones; and what the machine code takes.
struct GpuCode {
  std::vector<KernelCode::Image> images;
  std::vector<KernelUsage> usage;
};

/// Whether LLVM knows NVIDIA's `chip` ("sm_90"); ptxas may know fewer, see ptxasChips.
bool isKnownCudaChip(llvm::StringRef chip);

/// The names ("sm_90"), oldest first, each once.
llvm::SmallVector<std::string> sortedChips(llvm::ArrayRef<std::string> names);

/// Compiles the module's gpu.module for the chips, the first of which the PTX is for. The result is empty if there is
/// no kernel. Errors: an unknown chip; those of assemble.
mlir::LogicalResult compileForCuda(mlir::ModuleOp module, llvm::ArrayRef<std::string> chips, GpuCode &code);

/// The module's gpu.module as PTX for one chip; ptxas is not needed. Errors: an unknown chip.
mlir::LogicalResult compileToPtx(mlir::ModuleOp module, llvm::StringRef chip, std::string &ptx);

/// What the kernels take by ptxas as a table, a line for each kernel of each chip.
ReportTable usageTable(const GpuCode &code, llvm::ArrayRef<GpuKernel> kernels);

} // namespace dpsims

#endif
