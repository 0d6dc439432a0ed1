// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Fold hooks and canonicalization patterns: arithmetic that needs no computation. Derivatives are full of it.
//
// All act on graphs alone. In a parametric body types are not known, and a constant must stay after the `let` that it
// reads; therefore `constant` is not ConstantLike, and arithmetic of constants is a pattern, not a fold.
#include "dialect/Builders.h"

#include "mlir/IR/PatternMatch.h"

#include <cmath>
#include <functional>

using namespace mlir;
using namespace dpsims;

namespace {

bool isInGraph(Operation *op) { return isa<RankedTensorType>(op->getResult(0).getType()); }

/// The number that every element of a value is, if it is known.
std::optional<double> numberOf(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  if (!constant || !isInGraph(constant) || isa<ArrayAttr>(constant.getValue()))
    return std::nullopt;
  return floatOr(constant.getValue(), 0);
}

bool is(Value value, double number) { return numberOf(value) == number; }

/// An operand as the op's result, where the op changes neither its elements nor its shape.
OpFoldResult passOn(Operation *op, unsigned operand) {
  Value value = op->getOperand(operand);
  return isInGraph(op) && value.getType() == op->getResult(0).getType() ? OpFoldResult(value) : OpFoldResult();
}

LogicalResult replaceByConstant(Operation *op, PatternRewriter &rewriter, double number) {
  Value result = op->getResult(0);
  rewriter.replaceOp(op, makeConstant(rewriter, op->getLoc(), number, elementOf(result), shapeOf(result)));
  return success();
}

/// Arithmetic of two constants.
LogicalResult compute(Operation *op, PatternRewriter &rewriter, function_ref<double(double, double)> function) {
  std::optional<double> a = numberOf(op->getOperand(0)), b = numberOf(op->getOperand(1));
  if (!a || !b || !std::isfinite(function(*a, *b)))
    return failure();
  return replaceByConstant(op, rewriter, function(*a, *b));
}

/// A constant of another shape.
LogicalResult reshapeConstant(Operation *op, PatternRewriter &rewriter) {
  std::optional<double> number = numberOf(op->getOperand(0));
  return number ? replaceByConstant(op, rewriter, *number) : failure();
}

/// Arithmetic broadcasts by itself: it reads what is broadcast, unless the broadcast alone gives the result its shape.
struct SkipBroadcast : OpInterfaceRewritePattern<ElementwiseOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  static bool hasResultShape(Operation *op, OpOperand &replaced, Value by) {
    FailureOr<SmallVector<int64_t>> shape = SmallVector<int64_t>();
    for (OpOperand &operand : op->getOpOperands()) {
      shape = broadcastShapes(*shape, shapeOf(&operand == &replaced ? by : operand.get()));
      if (failed(shape))
        return false;
    }
    return ArrayRef<int64_t>(*shape) == shapeOf(op->getResult(0));
  }

  LogicalResult matchAndRewrite(ElementwiseOpInterface op, PatternRewriter &rewriter) const override {
    if (op->getNumOperands() < 2 || !isInGraph(op))
      return failure();
    bool changed = false;
    for (OpOperand &operand : op->getOpOperands()) {
      auto broadcast = operand.get().getDefiningOp<BroadcastOp>();
      if (!broadcast || !hasResultShape(op, operand, broadcast.getX()))
        continue;
      rewriter.modifyOpInPlace(op, [&] { operand.set(broadcast.getX()); });
      changed = true;
    }
    return success(changed);
  }
};

//===-- Sums of parts between zeros: the gradients of slices ------------------------------------------------------===//

/// A value between zeros along one axis.
struct Placed {
  Value value;
  size_t axis;
  int64_t low;
};

std::optional<Placed> placed(Value value) {
  auto pad = value.getDefiningOp<PadOp>();
  if (!pad || (pad.getInterior() && llvm::any_of(*pad.getInterior(), [](int64_t zeros) { return zeros; })))
    return std::nullopt;
  Value inner = pad.getX();
  SmallVector<size_t> axes;
  for (auto [d, sizes] : llvm::enumerate(llvm::zip_equal(shapeOf(inner), shapeOf(value))))
    if (std::get<0>(sizes) != std::get<1>(sizes))
      axes.push_back(d);
  if (axes.size() != 1)
    return std::nullopt;
  return Placed{inner, axes[0], pad.getLow()[axes[0]]};
}

/// The concat of two values that together fill what each is placed in, or null.
Value concatOf(OpBuilder &builder, Location location, Value a, Value b) {
  std::optional<Placed> first = placed(a), second = placed(b);
  if (!first || !second || first->axis != second->axis)
    return {};
  if (first->low)
    std::swap(first, second);
  int64_t size = shapeOf(first->value)[first->axis];
  if (first->low || second->low != size || size + shapeOf(second->value)[first->axis] != shapeOf(a)[first->axis])
    return {};
  return makeConcat(builder, location, {first->value, second->value}, first->axis);
}

/// The two halves of a value, each between zeros, added: also where another sum comes between them.
Value joinHalves(AddOp op, OpBuilder &builder) {
  Value a = op.getLhs(), b = op.getRhs();
  if (a.getType() != b.getType())
    return {};
  if (Value both = concatOf(builder, op.getLoc(), a, b))
    return both;
  auto sum = a.getDefiningOp<AddOp>();
  if (!sum || !sum->hasOneUse() || sum.getLhs().getType() != a.getType())
    return {};
  Value both = concatOf(builder, op.getLoc(), sum.getRhs(), b);
  return both ? makeOp<AddOp>(builder, op.getLoc(), {sum.getLhs(), both}) : Value();
}

} // namespace

void DpsimsDialect::getCanonicalizationPatterns(RewritePatternSet &patterns) const {
  patterns.add<SkipBroadcast>(getContext());
}

//===-- Arithmetic ------------------------------------------------------------------------------------------------===//

OpFoldResult AddOp::fold(FoldAdaptor) {
  if (is(getRhs(), 0))
    return passOn(*this, 0);
  return is(getLhs(), 0) ? passOn(*this, 1) : OpFoldResult();
}

OpFoldResult SubOp::fold(FoldAdaptor) { return is(getRhs(), 0) ? passOn(*this, 0) : OpFoldResult(); }

OpFoldResult MulOp::fold(FoldAdaptor) {
  if (is(getRhs(), 1))
    return passOn(*this, 0);
  return is(getLhs(), 1) ? passOn(*this, 1) : OpFoldResult();
}

OpFoldResult DivOp::fold(FoldAdaptor) { return is(getRhs(), 1) ? passOn(*this, 0) : OpFoldResult(); }

LogicalResult AddOp::canonicalize(AddOp op, PatternRewriter &rewriter) {
  if (!isInGraph(op))
    return failure();
  if (Value joined = joinHalves(op, rewriter)) {
    rewriter.replaceOp(op, joined);
    return success();
  }
  return compute(op, rewriter, std::plus<double>());
}

LogicalResult SubOp::canonicalize(SubOp op, PatternRewriter &rewriter) {
  return compute(op, rewriter, std::minus<double>());
}

LogicalResult MulOp::canonicalize(MulOp op, PatternRewriter &rewriter) {
  return compute(op, rewriter, std::multiplies<double>());
}

LogicalResult DivOp::canonicalize(DivOp op, PatternRewriter &rewriter) {
  return compute(op, rewriter, std::divides<double>());
}

/// There and back: a wider type holds all that a narrower one does.
OpFoldResult CastOp::fold(FoldAdaptor) {
  auto inner = getX().getDefiningOp<CastOp>();
  if (!isInGraph(*this) || !inner || inner.getX().getType() != getResult().getType())
    return passOn(*this, 0);
  bool isWider = isa<FloatType>(elementOf(inner.getX())) && elementOf(inner.getResult()).isF32();
  return isWider ? OpFoldResult(inner.getX()) : OpFoldResult();
}

//===-- Shapes ----------------------------------------------------------------------------------------------------===//

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (auto inner = getX().getDefiningOp<ReshapeOp>(); inner && isInGraph(*this)) {
    getXMutable().set(inner.getX());
    return getResult();
  }
  return passOn(*this, 0);
}

OpFoldResult BroadcastOp::fold(FoldAdaptor) { return passOn(*this, 0); }

OpFoldResult ReduceOp::fold(FoldAdaptor) { return passOn(*this, 0); }

LogicalResult ReshapeOp::canonicalize(ReshapeOp op, PatternRewriter &rewriter) { return reshapeConstant(op, rewriter); }

LogicalResult BroadcastOp::canonicalize(BroadcastOp op, PatternRewriter &rewriter) {
  return reshapeConstant(op, rewriter);
}

/// All parts of a value, in their order, are the value.
OpFoldResult ConcatOp::fold(FoldAdaptor) {
  if (!isInGraph(*this))
    return {};
  Value whole;
  int64_t axis = getAxis(), offset = 0;
  for (Value part : getParts()) {
    auto slice = part.getDefiningOp<SliceOp>();
    if (!slice || (whole && slice.getX() != whole))
      return {};
    whole = slice.getX();
    SmallVector<int64_t> start(shapeOf(whole).size(), 0), step(start.size(), 1);
    start[axis] = offset;
    if (slice.getStart() != start || slice.getStep() != step)
      return {};
    offset += shapeOf(part)[axis];
  }
  return whole.getType() == getType() ? OpFoldResult(whole) : OpFoldResult();
}
