// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/GraphUtils.h"

using namespace mlir;

namespace dpsims {

Value makeConstant(OpBuilder &builder, Location location, double value) {
  return makeOp<ConstantOp>(builder, location, {}, builder.getNamedAttr("value", builder.getF64FloatAttr(value)));
}

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

bool isElementwise(Operation *op) {
  return isa<ReluOp, LeakyReluOp, ClampOp, SigmoidOp, SiluOp, GeluOp, TanhOp, ExpOp, LogOp, SqrtOp, RsqrtOp, AbsOp,
             SquareOp, NegOp, RoundOp, CastOp, AddOp, SubOp, MulOp, DivOp, MaximumOp, MinimumOp, NotEqualOp>(op);
}

bool isPicking(Operation *op) { return isa<UpsampleOp, SliceOp, BroadcastOp, OneHotOp>(op); }

bool isLibraryOp(Operation *op) { return isa<Conv2dOp, MatmulOp>(op); }

} // namespace dpsims
