// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_SPLITREDUCTIONS
#include "passes/Passes.h.inc"

namespace {

using Shape = SmallVector<int64_t>;

/// A reduction of this many elements is worth two kernels.
constexpr int64_t fewestElements = 1 << 17;

/// The grid points of a reduction: one for each element that is kept, but for so many channels one.
int64_t pointsOf(ArrayRef<int64_t> shape, ArrayRef<int64_t> axes, int64_t channels) {
  int64_t points = 1;
  for (auto [d, size] : llvm::enumerate(shape)) {
    bool last = d + 1 == shape.size();
    if (!llvm::is_contained(axes, d))
      points *= last ? std::max<int64_t>(size / channels, 1) : size;
  }
  return points;
}

int64_t elementsLeft(ArrayRef<int64_t> shape, ArrayRef<int64_t> axes) {
  int64_t elements = 1;
  for (auto [d, size] : llvm::enumerate(shape))
    elements *= llvm::is_contained(axes, d) ? 1 : size;
  return elements;
}

Value reduceOver(OpBuilder &builder, ReduceOp like, Value operand, ArrayRef<int64_t> axes) {
  return makeReduce(builder, like.getLoc(), operand, like.getKind(), axes);
}

struct Target {
  int64_t points;
  int64_t channels; // of the last axis that a grid point takes
  bool anyAxes;     // the second reduction may have others than the first axes
};

/// The axes to leave to a second reduction, none where that is no gain: those which leave the fewest elements to it
/// while the first has points enough, else those which give the first the most points.
Shape axesOfSecond(ArrayRef<int64_t> shape, ArrayRef<int64_t> axes, const Target &target) {
  auto isBetter = [&](ArrayRef<int64_t> axes, ArrayRef<int64_t> others) {
    int64_t points = pointsOf(shape, axes, target.channels), known = pointsOf(shape, others, target.channels);
    if (points < target.points || known < target.points)
      return points > known;
    return elementsLeft(shape, axes) < elementsLeft(shape, others);
  };
  Shape bestFirst(axes), bestSecond;
  for (uint64_t left = 1; left + 1 < uint64_t(1) << axes.size(); ++left) {
    bool leading = (left & (left + 1)) == 0;
    if (!leading && !target.anyAxes)
      continue;
    Shape first, second;
    for (auto [i, axis] : llvm::enumerate(axes))
      (left >> i & 1 ? second : first).push_back(axis);
    if (isBetter(first, bestFirst))
      std::swap(bestFirst, first), std::swap(bestSecond, second);
  }
  return bestSecond;
}

/// The shape with a single reduced axis in two, the outer as long as there should be grid points. Where the operand is
/// computed in the reduction's kernel, a reshape would be between them.
std::optional<Shape> cutAxis(Value operand, ArrayRef<int64_t> axes, int64_t points) {
  Operation *producer = operand.getDefiningOp();
  if (axes.size() != 1 || isElementwise(producer) || isPicking(producer))
    return std::nullopt;
  Shape shape(shapeOf(operand));
  for (int64_t parts = points; parts <= 4 * points; ++parts)
    if (shape[axes[0]] % parts == 0) {
      shape[axes[0]] /= parts;
      shape.insert(shape.begin() + axes[0], parts);
      return shape;
    }
  return std::nullopt;
}

/// The reduction that takes images' rows on, as that of `batch_statistics` with groups does: of (groups, images, C),
/// where the reduction in front of it leaves (N, 1, ..., C). Null if there is none.
ReduceOp reductionOfRows(ReduceOp reduce) {
  auto rows = reduce->hasOneUse() ? dyn_cast<ReshapeOp>(*reduce->user_begin()) : ReshapeOp();
  auto next = rows && rows->hasOneUse() ? dyn_cast<ReduceOp>(*rows->user_begin()) : ReduceOp();
  ArrayRef<int64_t> from = shapeOf(reduce.getResult());
  bool fits = next && next.getKind() == reduce.getKind() && next.getAxes() == Shape{1} && from.size() > 2 &&
              shapeOf(rows.getResult()).size() == 3 && shapeOf(rows.getResult()).back() == from.back() &&
              llvm::all_of(from.drop_front().drop_back(), [](int64_t size) { return size == 1; });
  return fits ? next : ReduceOp();
}

class Splitter {
public:
  Splitter(Block &block, const Target &target) : reductions(block.getOps<ReduceOp>()), target(target) {}

  /// The number of reductions that became two.
  int64_t run() {
    int64_t splits = 0;
    for (ReduceOp reduce : reductions)
      if (!done.contains(reduce))
        splits += split(reduce);
    return splits;
  }

private:
  bool split(ReduceOp reduce) {
    Value operand = reduce.getX();
    Shape shape(shapeOf(operand)), axes = reduce.getAxes();
    llvm::sort(axes);
    axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
    llvm::erase_if(axes, [&](int64_t axis) { return shape[axis] == 1; });
    int64_t elements = elementsOf(operand);
    if (isRowReduction(reduce) || axes.empty() || elements < fewestElements ||
        pointsOf(shape, axes, target.channels) >= target.points / 2)
      return false;
    OpBuilder builder(reduce);
    Value result;
    if (Type element = elementOf(operand); !element.isF32()) { // its parts should not be rounded
      Value exact = makeCast(builder, reduce.getLoc(), operand, builder.getF32Type());
      Value whole = reduceOver(builder, reduce, exact, axes);
      reduce.getResult().replaceAllUsesWith(makeCast(builder, reduce.getLoc(), whole, element));
      reduce.erase();
      return split(whole.getDefiningOp<ReduceOp>());
    }
    if (Shape second = axesOfSecond(shape, axes, target); !second.empty()) {
      Shape first = llvm::filter_to_vector(axes, [&](int64_t axis) { return !llvm::is_contained(second, axis); });
      Value parts = reduceOver(builder, reduce, operand, first);
      if (ReduceOp next = reductionOfRows(reduce))
        return leaveTo(next, parts), true;
      result = reduceOver(builder, reduce, parts, second);
    } else if (std::optional<Shape> cut = cutAxis(operand, axes, target.points)) {
      Value parts = reduceOver(builder, reduce, makeReshape(builder, operand, *cut), axes[0] + 1);
      result = makeReshape(builder, reduceOver(builder, reduce, parts, axes[0]), shapeOf(reduce.getResult()));
    }
    if (!result)
      return false;
    reduce.getResult().replaceAllUsesWith(result);
    reduce.erase();
    return true;
  }

  /// A reduction that takes rows on takes the parts that there are now: no third one is in between.
  void leaveTo(ReduceOp next, Value parts) {
    Operation *rows = next.getX().getDefiningOp(), *former = rows->getOperand(0).getDefiningOp();
    OpBuilder builder(rows);
    Shape shape(shapeOf(rows->getResult(0)));
    shape[1] = elementsOf(parts) / (shape[0] * shape[2]);
    next.getXMutable().set(makeReshape(builder, parts, shape));
    done.insert(next);
    rows->erase();
    former->erase();
  }

  SmallVector<ReduceOp> reductions;
  llvm::DenseSet<Operation *> done;
  Target target;
};

struct SplitReductions : impl::SplitReductionsBase<SplitReductions> {
  using SplitReductionsBase::SplitReductionsBase;

  void runOnOperation() override {
    int64_t split = Splitter(getOperation().getBody().front(), {points, channels, anyAxes}).run();
    recordStatistics(getOperation(), getArgument(), {{"split", split}});
  }
};

} // namespace
} // namespace dpsims
