// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/BatchOps.h"
#include "passes/Graph/GraphUtils.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace dpsims {

namespace {

using Shape = SmallVector<int64_t>;
using Roles = ArrayRef<BatchRole>;

bool allImages(Roles roles) {
  return llvm::all_of(roles, [](BatchRole role) { return role == BatchRole::images; });
}

bool allShared(Roles roles) {
  return llvm::all_of(roles, [](BatchRole role) { return role == BatchRole::shared; });
}

/// Images, then what both runs share.
bool onlyFirst(Roles roles) { return allImages(roles.take_front()) && allShared(roles.drop_front()); }

/// Elementwise: an operand has the result's images, or none. A shared one with images would have to be there twice.
bool elementwise(Operation *op, Roles roles) {
  ArrayRef<int64_t> result = shapeOf(op->getResult(0));
  for (auto [operand, role] : llvm::zip_equal(op->getOperands(), roles)) {
    ArrayRef<int64_t> shape = shapeOf(operand);
    bool hasImages = !shape.empty() && shape.size() == result.size() && shape[0] == result[0];
    bool fits = role == BatchRole::images ? hasImages : role == BatchRole::shared && (!hasImages || shape[0] == 1);
    if (!fits)
      return false;
  }
  return true;
}

/// With a matrix rows are multiplied one by one; else each pair of matrices is an image.
bool matmul(MatmulOp op, Roles roles) {
  bool matrix = shapeOf(op.getInputs()[1]).size() == 2;
  bool plain = !op.getActivation() && !op.getResidual();
  if (matrix)
    return plain && !boolOr(op.getTransposeA().value_or(Attribute()), false) && onlyFirst(roles);
  return plain && allImages(roles.take_front(2)) && allShared(roles.drop_front(2));
}

bool batchNorm(BatchNormOp op, Roles roles) {
  Roles statistics = roles.slice(1, 2);
  bool own = llvm::all_of(statistics, [](BatchRole role) { return role == BatchRole::statistics; });
  bool common = allShared(statistics) && shapeOf(op.getInputs()[1]).size() == 1;
  return shapeOf(op.getResult()).size() > 1 && roles[0] == BatchRole::images && (own || common) &&
         allShared(roles.drop_front(3));
}

bool keepsFirst(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  return !from.empty() && !to.empty() && from[0] == to[0];
}

bool pad(PadOp op) {
  return intList(op.getLow())[0] == 0 && intList(op.getHigh())[0] == 0 &&
         (!op.getInterior() || intList(*op.getInterior())[0] == 0);
}

bool slice(SliceOp op) {
  return intList(op.getStart())[0] == 0 && intList(op.getStep())[0] == 1 &&
         intList(op.getSize())[0] == shapeOf(op.getInputs()[0])[0];
}

} // namespace

bool mergesAlongBatch(Operation *op, Roles roles) {
  if (isElementwise(op) || isa<StopGradientOp>(op))
    return elementwise(op, roles);
  bool rows = op->getNumOperands() && shapeOf(op->getOperand(0)).size() > 1;
  return TypeSwitch<Operation *, bool>(op)
      .Case([&](Conv2dOp conv) { return !conv.getActivation() && !conv.getResidual() && onlyFirst(roles); })
      .Case([&](MatmulOp op) { return matmul(op, roles); })
      .Case<AttentionOp, UpsampleOp, MaxPoolOp>([&](auto) { return allImages(roles); })
      .Case<SoftmaxOp, LogSoftmaxOp, LayerNormOp, BatchStatisticsOp>([&](auto) { return rows && onlyFirst(roles); })
      .Case([&](BatchNormOp norm) { return batchNorm(norm, roles); })
      .Case([&](ReduceOp reduce) { return allImages(roles) && !llvm::is_contained(intList(reduce.getAxes()), 0); })
      .Case<ReshapeOp, BroadcastOp>([&](auto op) {
        ArrayRef<int64_t> from = shapeOf(op.getInputs()[0]), to = shapeOf(op.getResult());
        return allImages(roles) && keepsFirst(from, to) && (isa<ReshapeOp>(op) || from.size() == to.size());
      })
      .Case([&](TransposeOp transpose) { return allImages(roles) && intList(transpose.getPerm())[0] == 0; })
      .Case([&](ConcatOp concat) { return allImages(roles) && intOr(concat.getAxis(), 0) != 0; })
      .Case([&](SliceOp op) { return allImages(roles) && slice(op); })
      .Case([&](PadOp op) { return allImages(roles) && pad(op); })
      .Default([](Operation *) { return false; });
}

bool canJoinImages(Operation *op) {
  return isContraction(op) && (isa<Conv2dOp>(op) || shapeOf(op->getOperand(1)).size() == 2);
}

Operation *makeForBoth(OpBuilder &builder, Location location, Operation *like, ValueRange operands) {
  OperationState state(location, like->getName());
  state.addOperands(operands);
  state.addAttributes(like->getAttrs());
  state.addTypes(like->getResultTypes());
  Operation *both = builder.create(state);
  auto twice = [&](StringRef name) {
    Shape sizes(shapeOf(like->getResult(0)));
    sizes[0] *= 2;
    both->setAttr(name, builder.getI64ArrayAttr(sizes));
  };
  if (isa<ReshapeOp, BroadcastOp>(both))
    twice("shape");
  else if (isa<SliceOp>(both))
    twice("size");
  else if (auto statistics = dyn_cast<BatchStatisticsOp>(both))
    both->setAttr("groups", builder.getI64IntegerAttr(2 * intOr(statistics.getGroups().value_or(Attribute()), 1)));
  SmallVector<Type> types;
  LogicalResult inferred = cast<TensorOpInterface>(both).inferTypes(types);
  assert(succeeded(inferred) && "what fits one batch fits both");
  (void)inferred;
  for (auto [result, type] : llvm::zip_equal(both->getResults(), types))
    result.setType(type);
  return both;
}

Value halfOf(OpBuilder &builder, Value both, int64_t run, Value like) {
  Shape size(shapeOf(both)), start(size.size(), 0);
  size[0] /= 2;
  start[0] = run * size[0];
  Value half = makeSlice(builder, both.getLoc(), both, start, size);
  return half.getType() == like.getType() ? half : makeReshape(builder, half, shapeOf(like));
}

} // namespace dpsims
