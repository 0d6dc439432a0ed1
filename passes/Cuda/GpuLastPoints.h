// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The block of a kernel that ends last (CUDA).

#ifndef DPSIMS_PASSES_CUDA_GPULASTPOINTS_H
#define DPSIMS_PASSES_CUDA_GPULASTPOINTS_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace dpsims {

/// Replaces each `last_point` of a kernel, whose blocks have a grid point each: thread 0 counts the block between two
/// fences, and the others wait for what it found. A counter is a variable of the module, 0 at first and when the last
/// block has counted, so that a kernel can be launched again; launches of one kernel must not overlap.
void lowerLastPoints(mlir::gpu::GPUFuncOp func, mlir::Value thread);

} // namespace dpsims

#endif
