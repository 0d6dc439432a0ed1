// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What every tool of the compiler registers.

#ifndef DPSIMS_PASSES_REGISTRATION_H
#define DPSIMS_PASSES_REGISTRATION_H

#include "mlir/IR/DialectRegistry.h"

namespace dpsims {

/// The dpsims dialect, and those that its lowering to every registered target goes through.
void registerDialects(mlir::DialectRegistry &registry);

/// Every pass of Passes.td, the pipelines, passes and pipelines of every registered target, and upstream's
/// canonicalizer, cse and symbol-dce.
void registerPassesAndPipelines();

} // namespace dpsims

#endif
