// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// All that a training step makes of one gradient, as one kernel.

#ifndef DPSIMS_PASSES_GRAPH_UPDATEFUSION_H
#define DPSIMS_PASSES_GRAPH_UPDATEFUSION_H

#include "dialect/Dialect.h"

namespace dpsims {

/// Whether a `fused` is arithmetic whose result a weight becomes.
bool isUpdate(FusedOp op);

/// Updates of one shape of which one reads the other's result (Adam's average of squares, the weight, its moving
/// average) become a `fused` with several results, and so does elementwise arithmetic of that shape that nothing but
/// them reads (a sum of two gradients). Gives the number of ops that are gone.
unsigned fuseUpdates(mlir::Block &block);

} // namespace dpsims

#endif
