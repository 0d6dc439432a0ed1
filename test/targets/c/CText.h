// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels as C text.

#ifndef DPSIMS_TEST_TARGETS_C_CTEXT_H
#define DPSIMS_TEST_TARGETS_C_CTEXT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"

namespace dpsims::c {

/// Writes the module's kernels, whose linalg.generics are loops already: void NAME(void *const *args, int64_t begin,
/// int64_t end), which works on points begin..end-1 of its grid. Error: an op or a type that has no form in C here.
mlir::LogicalResult writeKernels(mlir::ModuleOp module, llvm::raw_ostream &os);

} // namespace dpsims::c

#endif
