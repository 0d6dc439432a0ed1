// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphCost.h"
#include "passes/Graph/GraphUtils.h"

#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;

namespace dpsims {

GraphCost costOf(Operation *op) {
  GraphCost cost;
  if (!isa<TensorOpInterface, FusedOp>(op) || isSource(op) || isa<ReshapeOp, GradientOp>(op))
    return cost;
  cost.ops = 1;
  if (auto library = dyn_cast<LibraryOpInterface>(op))
    cost.flops = library.flops();
  llvm::SmallPtrSet<Value, 8> read;
  for (Value operand : op->getOperands())
    if (read.insert(operand).second)
      cost.bytes += bytesOf(operand);
  for (Value result : op->getResults())
    cost.bytes += bytesOf(result);
  return cost;
}

GraphCost costOf(GraphOp graph) {
  GraphCost sum;
  for (Operation &op : graph.getBody().front()) {
    GraphCost cost = costOf(&op);
    sum.ops += cost.ops;
    sum.flops += cost.flops;
    sum.bytes += cost.bytes;
  }
  return sum;
}

} // namespace dpsims
