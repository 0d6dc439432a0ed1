// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace dpsims {

WeightOnly::WeightOnly(Block &block) {
  llvm::StringSet<> assigned;
  for (auto assign : block.getOps<AssignOp>())
    assigned.insert(assign.getName());
  for (Operation &op : block) {
    auto weight = dyn_cast<WeightOpInterface>(op);
    bool source = weight && !assigned.contains(weight.getNameAttr().getValue());
    bool derived = isa<TensorOpInterface>(op) && op.getNumOperands() &&
                   llvm::all_of(op.getOperands(), [&](Value operand) { return contains(operand); });
    if (source || derived || isa<ConstantOp>(op))
      values.insert(op.result_begin(), op.result_end());
  }
}

int64_t bytesOf(Value value) {
  return elementsOf(value) * int64_t(cast<RankedTensorType>(value.getType()).getElementTypeBitWidth() / 8);
}

Value storageOf(Value value) {
  while (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getX();
  return value;
}

void eraseUnused(Operation *op) {
  if (!op || !op->use_empty() || !isMemoryEffectFree(op) || isSource(op))
    return;
  SmallVector<Value> operands(op->getOperands());
  op->erase();
  for (Value operand : operands)
    eraseUnused(operand.getDefiningOp());
}

static bool isReshaped(Value value) { return llvm::any_of(value.getUsers(), llvm::IsaPred<ReshapeOp>); }

/// Whether other parts of a kernel read the result from memory: what a reduction leads to, or what they reshape.
static bool isMadeInMemory(OpResult result) {
  auto op = cast<FusedOp>(result.getOwner());
  Block &body = op.getBody().front();
  Value value = body.getTerminator()->getOperand(result.getResultNumber());
  return !body.getOps<ReduceOp>().empty() || isReshaped(value) || llvm::any_of(result.getUses(), [](OpOperand &use) {
    auto reader = dyn_cast<FusedOp>(use.getOwner());
    return reader && isReshaped(reader.getBody().front().getArgument(use.getOperandNumber()));
  });
}

FusedOp joinFused(OpBuilder &builder, ArrayRef<FusedOp> ops) {
  llvm::SmallPtrSet<Operation *, 8> members(ops.begin(), ops.end());
  llvm::SetVector<Value> inputs;
  SmallVector<Value> results;
  auto isOutside = [&](Operation *op) { return !members.contains(op); };
  for (FusedOp op : ops) {
    for (Value input : op.getInputs())
      if (isOutside(input.getDefiningOp()))
        inputs.insert(input);
    for (OpResult result : op.getResults())
      if (isMadeInMemory(result) || llvm::any_of(result.getUsers(), isOutside))
        results.push_back(result);
  }
  SmallVector<Location> locations = llvm::map_to_vector(ops, [](FusedOp op) { return op.getLoc(); });
  auto fused =
      FusedOp::create(builder, builder.getFusedLoc(locations), ValueRange(results).getTypes(), inputs.getArrayRef());
  Block &body = fused.getBody().emplaceBlock();
  IRMapping map; // both of the ops' values and of their bodies'
  for (Value input : inputs)
    map.map(input, body.addArgument(input.getType(), input.getLoc()));
  OpBuilder inner = OpBuilder::atBlockEnd(&body);
  for (FusedOp op : ops) {
    Block &from = op.getBody().front();
    for (auto [argument, input] : llvm::zip_equal(from.getArguments(), op.getInputs()))
      map.map(argument, map.lookup(input));
    for (Operation &member : from.without_terminator())
      inner.clone(member, map);
    for (auto [result, value] : llvm::zip_equal(op.getResults(), from.getTerminator()->getOperands()))
      map.map(result, map.lookup(value));
  }
  YieldOp::create(inner, fused.getLoc(), llvm::map_to_vector(results, [&](Value v) { return map.lookup(v); }));
  for (auto [result, value] : llvm::zip_equal(results, fused.getResults()))
    result.replaceAllUsesWith(value);
  for (FusedOp op : llvm::reverse(ops))
    op.erase();
  return fused;
}

} // namespace dpsims
