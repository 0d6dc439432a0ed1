// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a graph costs to run, as it stands.

#ifndef DPSIMS_PASSES_GRAPH_GRAPHCOST_H
#define DPSIMS_PASSES_GRAPH_GRAPHCOST_H

#include "dialect/Dialect.h"

namespace dpsims {

/// What each call of a program does; what is computed once from weights (`prepare`) does not count.
struct GraphCost {
  int64_t ops = 0;   ///< library calls and kernels, or what is not fused yet
  double flops = 0;  ///< of convolutions and products, counted as direct ones
  int64_t bytes = 0; ///< read and written if each op reads its operands once and writes its results

  bool operator==(const GraphCost &other) const {
    return ops == other.ops && flops == other.flops && bytes == other.bytes;
  }
};

GraphCost costOf(GraphOp graph);

/// Of one op of a graph: that of sources and of what takes no time, as reshapes, is 0.
GraphCost costOf(mlir::Operation *op);

} // namespace dpsims

#endif
