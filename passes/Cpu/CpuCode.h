// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From kernels in the LLVM dialect to the machine code of a compiled model.

#ifndef DPSIMS_PASSES_CPU_CPUCODE_H
#define DPSIMS_PASSES_CPU_CPUCODE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"

#include <string>
#include <vector>

namespace dpsims {

/// What code is made for.
struct CpuCodeOptions {
  std::string chip = "native"; // an LLVM CPU name ("znver4", "x86-64-v3"), or "native": this machine's
  std::string features;        // more than or less than the chip has: "+avx512f,-fma"
  unsigned optLevel = 3;       // 0..3
};

/// The LLVM CPU name of `chip`: "native" becomes this machine's.
std::string resolveChip(llvm::StringRef chip);

/// Whether LLVM knows x86-64 `chip` ("native" is known).
bool isKnownChip(llvm::StringRef chip);

/// What the processor must have to run such code, as in /proc/cpuinfo.
std::vector<std::string> requiredFeatures(const CpuCodeOptions &options);

/// How many f32 a vector of such code holds: option vector-width of vectorize-kernels.
int64_t vectorWidth(const CpuCodeOptions &options);

/// Makes an ELF shared object without imports of `module`'s LLVM functions; its other ops are ignored.
mlir::LogicalResult compileForCpu(mlir::ModuleOp module, const CpuCodeOptions &options,
                                  llvm::SmallVectorImpl<char> &sharedObject);

} // namespace dpsims

#endif
