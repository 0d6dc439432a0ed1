// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_SIMPLIFY
#include "passes/Passes.h.inc"

namespace {

/// The number that every element of a value is, if it is known.
std::optional<double> numberOf(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  if (!constant || isa<ArrayAttr>(constant.getValue()))
    return std::nullopt;
  return floatOr(constant.getValue(), 0);
}

bool is(Value value, double number) { return numberOf(value) == number; }

/// x + 0, x * 1: the value that the op only passes on, or none.
Value neutral(Operation &op) {
  unsigned passed = 2;
  if (isa<AddOp, SubOp>(op) && is(op.getOperand(1), 0))
    passed = 0;
  else if (isa<AddOp>(op) && is(op.getOperand(0), 0))
    passed = 1;
  else if (isa<MulOp, DivOp>(op) && is(op.getOperand(1), 1))
    passed = 0;
  else if (isa<MulOp>(op) && is(op.getOperand(0), 1))
    passed = 1;
  bool keepsType = passed < 2 && op.getOperand(passed).getType() == op.getResult(0).getType();
  return keepsType ? op.getOperand(passed) : Value();
}

/// Arithmetic of constants.
Value fold(Operation &op) {
  if (op.getNumOperands() != 2)
    return {};
  std::optional<double> a = numberOf(op.getOperand(0)), b = numberOf(op.getOperand(1)), result;
  if (!a || !b)
    return {};
  if (isa<AddOp>(op))
    result = *a + *b;
  else if (isa<SubOp>(op))
    result = *a - *b;
  else if (isa<MulOp>(op))
    result = *a * *b;
  else if (isa<DivOp>(op) && *b != 0)
    result = *a / *b;
  if (!result)
    return {};
  OpBuilder builder(&op);
  return makeConstant(builder, op.getLoc(), *result, shapeOf(op.getResult(0)));
}

/// Arithmetic broadcasts by itself.
void takeBeforeBroadcast(Operation &op) {
  if (!isElementwise(&op) || op.getNumOperands() < 2)
    return;
  for (OpOperand &operand : op.getOpOperands()) {
    auto broadcast = operand.get().getDefiningOp<BroadcastOp>();
    if (!broadcast)
      continue;
    operand.set(broadcast.getInputs()[0]);
    SmallVector<Type> types;
    if (failed(cast<TensorOpInterface>(op).inferTypes(types)) || types[0] != op.getResult(0).getType())
      operand.set(broadcast.getResult());
  }
}

/// A shape op that changes nothing; a reshape of a reshape; a broadcast of a constant.
Value shapeOnly(Operation &op) {
  OpBuilder builder(&op);
  if (isa<ReshapeOp, BroadcastOp>(op) && op.getOperand(0).getType() == op.getResult(0).getType())
    return op.getOperand(0);
  if (auto reduce = dyn_cast<ReduceOp>(op); reduce && op.getOperand(0).getType() == op.getResult(0).getType())
    return op.getOperand(0);
  if (auto inner = isa<ReshapeOp>(op) ? op.getOperand(0).getDefiningOp<ReshapeOp>() : ReshapeOp()) {
    op.setOperand(0, inner.getInputs()[0]);
    return shapeOnly(op);
  }
  if (std::optional<double> number = isa<BroadcastOp, ReshapeOp>(op) ? numberOf(op.getOperand(0)) : std::nullopt)
    return makeConstant(builder, op.getLoc(), *number, shapeOf(op.getResult(0)));
  return {};
}

/// A value between zeros along one axis, the gradient of a slice.
struct Placed {
  Value value;
  size_t axis;
  int64_t low;
};

std::optional<Placed> placed(Value value) {
  auto pad = value.getDefiningOp<PadOp>();
  if (!pad || (pad.getInterior() && llvm::any_of(intList(*pad.getInterior()), [](int64_t zeros) { return zeros; })))
    return std::nullopt;
  Value inner = pad.getInputs()[0];
  SmallVector<size_t> axes;
  for (auto [d, sizes] : llvm::enumerate(llvm::zip_equal(shapeOf(inner), shapeOf(value))))
    if (std::get<0>(sizes) != std::get<1>(sizes))
      axes.push_back(d);
  if (axes.size() != 1)
    return std::nullopt;
  return Placed{inner, axes[0], intList(pad.getLow())[axes[0]]};
}

/// The concat of two values that together fill what each is placed in, or null.
Value concatOf(OpBuilder &builder, Operation &op, Value a, Value b) {
  std::optional<Placed> first = placed(a), second = placed(b);
  if (!first || !second || first->axis != second->axis)
    return {};
  if (first->low)
    std::swap(first, second);
  int64_t size = shapeOf(first->value)[first->axis];
  if (first->low || second->low != size || size + shapeOf(second->value)[first->axis] != shapeOf(a)[first->axis])
    return {};
  return makeOp<ConcatOp>(builder, op.getLoc(), {first->value, second->value},
                          builder.getNamedAttr("axis", builder.getI64IntegerAttr(first->axis)));
}

/// The gradients of a value's two halves, added to zeros each: also behind another sum.
Value joinHalves(Operation &op) {
  if (!isa<AddOp>(op) || op.getOperand(0).getType() != op.getOperand(1).getType())
    return {};
  OpBuilder builder(&op);
  Value a = op.getOperand(0), b = op.getOperand(1);
  if (Value both = concatOf(builder, op, a, b))
    return both;
  auto sum = a.getDefiningOp<AddOp>();
  if (!sum || !sum->hasOneUse() || sum.getInputs()[0].getType() != a.getType())
    return {};
  Value both = concatOf(builder, op, sum.getInputs()[1], b);
  return both ? makeOp<AddOp>(builder, op.getLoc(), {sum.getInputs()[0], both}) : Value();
}

/// A concat of all parts of a value is the value.
Value wholeOf(Operation &op) {
  auto concat = dyn_cast<ConcatOp>(op);
  if (!concat)
    return {};
  Value whole;
  int64_t axis = intOr(concat.getAxis(), 0), offset = 0;
  for (Value part : concat.getInputs()) {
    auto slice = part.getDefiningOp<SliceOp>();
    if (!slice || (whole && slice.getInputs()[0] != whole))
      return {};
    whole = slice.getInputs()[0];
    SmallVector<int64_t> start(shapeOf(whole).size(), 0), step(start.size(), 1);
    start[axis] = offset;
    if (intList(slice.getStart()) != start || intList(slice.getStep()) != step)
      return {};
    offset += shapeOf(part)[axis];
  }
  return whole.getType() == concat.getResult().getType() ? whole : Value();
}

struct Simplify : impl::SimplifyBase<Simplify> {
  void runOnOperation() override {
    for (Operation &op : llvm::make_early_inc_range(getOperation().getBody().front())) {
      if (op.getNumResults() != 1 || !isa<TensorOpInterface>(op))
        continue;
      takeBeforeBroadcast(op);
      Value value;
      for (auto rule : {neutral, fold, shapeOnly, joinHalves, wholeOf})
        if (!value)
          value = rule(op);
      if (!value)
        continue;
      op.getResult(0).replaceAllUsesWith(value);
      op.erase();
    }
  }
};

} // namespace
} // namespace dpsims
