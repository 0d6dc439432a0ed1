// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/GraphUtils.h"

using namespace mlir;

namespace dpsims {

WeightOnly::WeightOnly(Block &block) {
  for (Operation &op : block) {
    bool source = isa<WeightOp, StateOp, ConstantOp>(op);
    bool derived = isa<TensorOpInterface>(op) && op.getNumOperands() &&
                   llvm::all_of(op.getOperands(), [&](Value operand) { return contains(operand); });
    if (source || derived)
      for (Value result : op.getResults())
        values.insert(result);
  }
}

bool isPicking(Operation *op) { return isa<UpsampleOp, SliceOp, BroadcastOp, OneHotOp, IotaOp>(op); }

bool isLibraryOp(Operation *op) {
  return isa<Conv2dOp, Conv2dInputGradientOp, Conv2dWeightGradientOp, MatmulOp>(op);
}

} // namespace dpsims
