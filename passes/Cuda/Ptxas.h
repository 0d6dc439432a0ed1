// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From PTX to machine code, by ptxas of the CUDA toolkit.
#ifndef DPSIMS_PASSES_CUDA_PTXAS_H
#define DPSIMS_PASSES_CUDA_PTXAS_H

#include "passes/Schedule/Serialize.h"

#include "mlir/IR/Location.h"
#include "mlir/Support/LLVM.h"

#include <string>
#include <vector>

namespace dpsims {

/// What ptxas says that a kernel takes of a chip: registers a thread, the rest in bytes (stack and spills a thread,
/// shared memory a block).
struct KernelUsage {
  std::string chip, kernel;
  unsigned registers = 0, stack = 0, spillStores = 0, spillLoads = 0, shared = 0;
};

/// The chips that ptxas says it makes code for, in no order ("sm_75", ...); empty where there is no ptxas or it does
/// not say.
std::vector<std::string> ptxasChips();

/// Runs ptxas, looked for in PATH, CUDA_HOME, CUDA_PATH and /usr/local/cuda, and adds what kernels take, in its order,
/// to `usage`. Errors: there is none; it refuses the text.
mlir::FailureOr<KernelCode::Image> assemble(mlir::Location loc, llvm::StringRef chip, llvm::StringRef ptx,
                                            std::vector<KernelUsage> &usage);

} // namespace dpsims

#endif
