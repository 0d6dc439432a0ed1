// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The passes from kernel functions to loops (CPU).

#ifndef DPSIMS_PASSES_CPU_KERNELSTOLOOPS_H
#define DPSIMS_PASSES_CPU_KERNELSTOLOOPS_H

#include "mlir/Pass/PassManager.h"

namespace dpsims {

/// Kernels become loops over a range of their grid, with `vectorWidth` elements of f32 in a vector.
void addKernelsToLoops(mlir::OpPassManager &manager, int64_t vectorWidth);

/// Makes them known to dpsims-opt as --lower-kernels-to-loops.
void registerKernelsToLoops();

} // namespace dpsims

#endif
