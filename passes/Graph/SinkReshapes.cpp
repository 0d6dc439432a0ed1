// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_SINKRESHAPES
#include "passes/Passes.h.inc"

namespace {

/// Is it a contraction's result, perhaps after an activation, that has one reader?
bool canHaveEpilogue(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || !value.hasOneUse())
    return false;
  if (isa<ActivationOpInterface>(op))
    return canHaveEpilogue(op->getOperand(0));
  return isContraction(op);
}

/// The reshape of such a value that only the operand's op reads; null if it is none.
ReshapeOp reshapeBefore(Value operand) {
  auto reshape = operand.getDefiningOp<ReshapeOp>();
  return reshape && reshape->hasOneUse() && canHaveEpilogue(reshape.getX()) ? reshape : ReshapeOp();
}

/// The op's result becomes a reshape of `value`.
void replaceByReshape(OpBuilder &builder, Operation *op, ReshapeOp reshape, Value value) {
  Value result = op->getResult(0);
  result.replaceAllUsesWith(makeReshape(builder, value, shapeOf(result)));
  op->erase();
  reshape->erase();
}

bool sinkBelowActivation(Operation *op) {
  ReshapeOp reshape = isa<ActivationOpInterface>(op) ? reshapeBefore(op->getOperand(0)) : ReshapeOp();
  if (!reshape)
    return false;
  OpBuilder builder(op);
  Operation *activation = builder.clone(*op);
  activation->setOperand(0, reshape.getX());
  activation->getResult(0).setType(reshape.getX().getType());
  replaceByReshape(builder, op, reshape, activation->getResult(0));
  return true;
}

bool sinkBelowSum(Operation *op) {
  auto sum = dyn_cast<AddOp>(op);
  if (!sum || sum.getLhs().getType() != sum.getRhs().getType() || sum.getLhs() == sum.getRhs())
    return false;
  ReshapeOp reshape = reshapeBefore(sum.getLhs());
  Value other = sum.getRhs();
  if (!reshape) {
    reshape = reshapeBefore(sum.getRhs());
    other = sum.getLhs();
  }
  if (!reshape)
    return false;
  OpBuilder builder(op);
  Value summand = makeReshape(builder, other, shapeOf(reshape.getX()));
  replaceByReshape(builder, op, reshape, makeOp<AddOp>(builder, op->getLoc(), {reshape.getX(), summand}));
  return true;
}

struct SinkReshapes : impl::SinkReshapesBase<SinkReshapes> {
  void runOnOperation() override {
    int64_t activations = 0, sums = 0;
    for (Operation &op : llvm::make_early_inc_range(getOperation().getBody().front()))
      if (sinkBelowActivation(&op))
        ++activations;
      else if (sinkBelowSum(&op))
        ++sums;
    recordStatistics(getOperation(), getArgument(), {{"activations", activations}, {"sums", sums}});
  }
};

} // namespace
} // namespace dpsims
