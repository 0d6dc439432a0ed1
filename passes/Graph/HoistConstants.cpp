// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_HOISTCONSTANTS
#include "passes/Passes.h.inc"

namespace {

/// Constants are copied to where they are used: each part of the graph, and later each kernel, has its own.
void copyConstants(PrepareOp prepare, Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (!isa<ConstantOp>(op))
      continue;
    auto isInside = [&](OpOperand &use) { return use.getOwner()->getParentOp() == prepare; };
    if (llvm::any_of(op.getUses(), isInside)) {
      OpBuilder builder = OpBuilder::atBlockBegin(&prepare.getBody().front());
      op.getResult(0).replaceUsesWithIf(builder.clone(op)->getResult(0), isInside);
    }
    if (op.use_empty())
      op.erase();
  }
}

struct HoistConstants : impl::HoistConstantsBase<HoistConstants> {
  void runOnOperation() override {
    Block &block = getOperation().getBody().front();
    WeightOnly weightOnly(block);
    SmallVector<Operation *> hoisted;
    for (Operation &op : block)
      if (isa<TensorOpInterface>(op) && !isa<ConstantOp, InputOp>(op) && weightOnly.contains(op.getResult(0)))
        hoisted.push_back(&op);

    llvm::SetVector<Operation *> inside(hoisted.begin(), hoisted.end());
    llvm::SetVector<Value> results;
    for (Operation &op : block)
      if (!inside.contains(&op))
        for (Value operand : op.getOperands())
          if (Operation *producer = operand.getDefiningOp(); producer && inside.contains(producer))
            results.insert(operand);

    OpBuilder builder = OpBuilder::atBlockBegin(&block);
    auto prepare = PrepareOp::create(builder, getOperation().getLoc(),
                                     llvm::map_to_vector(results, [](Value v) { return v.getType(); }));
    Block &body = prepare.getBody().emplaceBlock();
    for (Operation *op : hoisted)
      op->moveBefore(&body, body.end());
    for (size_t i = 0; i < results.size(); ++i) {
      Value value = results[i];
      value.replaceUsesWithIf(prepare.getResult(i),
                              [&](OpOperand &use) { return !prepare->isAncestor(use.getOwner()); });
    }
    builder.setInsertionPointToEnd(&body);
    YieldOp::create(builder, prepare.getLoc(), results.getArrayRef());
    copyConstants(prepare, block);
    recordStatistics(getOperation(), getArgument(),
                     {{"hoisted", int64_t(hoisted.size())}, {"constants", int64_t(results.size())}});
  }
};

} // namespace
} // namespace dpsims
