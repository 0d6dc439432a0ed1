// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphCost.h"
#include "passes/Graph/GraphUtils.h"

#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;

namespace dpsims {

GraphCost costOf(GraphOp graph) {
  GraphCost cost;
  for (Operation &op : graph.getBody().front()) {
    if (!isa<TensorOpInterface, FusedOp>(op) || isSource(&op) || isa<ReshapeOp, GradientOp>(op))
      continue;
    ++cost.ops;
    if (auto library = dyn_cast<LibraryOpInterface>(op))
      cost.flops += library.flops();
    llvm::SmallPtrSet<Value, 8> read;
    for (Value operand : op.getOperands())
      if (read.insert(operand).second)
        cost.bytes += bytesOf(operand);
    for (Value result : op.getResults())
      cost.bytes += bytesOf(result);
  }
  return cost;
}

} // namespace dpsims
