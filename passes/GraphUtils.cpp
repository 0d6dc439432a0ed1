// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/GraphUtils.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace dpsims {

WeightOnly::WeightOnly(Block &block) {
  llvm::StringSet<> assigned;
  for (auto assign : block.getOps<AssignOp>())
    assigned.insert(assign.getName());
  for (Operation &op : block) {
    bool source = isa<WeightOp, StateOp>(op) && !assigned.contains(op.getAttrOfType<StringAttr>("name").getValue());
    bool derived = isa<TensorOpInterface>(op) && op.getNumOperands() &&
                   llvm::all_of(op.getOperands(), [&](Value operand) { return contains(operand); });
    if (source || derived || isa<ConstantOp>(op))
      values.insert(op.result_begin(), op.result_end());
  }
}

bool isPicking(Operation *op) { return isa<UpsampleOp, SliceOp, BroadcastOp, OneHotOp, IotaOp>(op); }

bool isContraction(Operation *op) { return isa<Conv2dOp, MatmulOp>(op); }

bool isLibraryOp(Operation *op) { return isContraction(op) || isa<Conv2dInputGradientOp, Conv2dWeightGradientOp>(op); }

} // namespace dpsims
