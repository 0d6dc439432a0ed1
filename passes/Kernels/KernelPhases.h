// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a kernel does one after another: a reduction, then what reads its result.

#ifndef DPSIMS_PASSES_KERNELS_KERNELPHASES_H
#define DPSIMS_PASSES_KERNELS_KERNELPHASES_H

#include "dialect/FusedParts.h"

namespace dpsims {

/// The phases of a part of a fused op's body, in an order in which they can run. What a phase reads of an earlier one
/// is in memory: a result of a reduction or of a row kernel, or one that is reshaped. Other arithmetic between such
/// values and a result is among the ops of each phase that needs it. The first phase is what reads no other.
llvm::SmallVector<FusedPart> phasesOf(const FusedPart &part, YieldOp yield);

/// A step for some results of another: its body has these ops alone.
mlir::FailureOr<ComputeOp> stepOf(const FusedPart &phase, ComputeOp step);

} // namespace dpsims

#endif
