// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels that combine many elements into one.
#include "passes/Kernels/KernelGroup.h"
#include "passes/Kernels/Payloads.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <limits>
#include <numeric>

using namespace mlir;

namespace dpsims {

namespace {

/// How a reduction is laid out. The grid runs over what is kept, loops over what is reduced, and in them one
/// linalg.generic over the last dimension and as much of the others as makes a good portion of work.
class ReductionLayout {
public:
  /// `phases`: the generic's loops over dimensions but the last one go in steps of a multiple of it.
  ReductionLayout(const KernelSizes &sizes, ArrayRef<int64_t> shape, ArrayRef<bool> reduced, int64_t phases)
      : sizes(sizes), phases(phases) {
    for (auto [size, isReduced] : llvm::zip_equal(shape, reduced))
      dims.push_back({size, isReduced});
    for (Dimension &dim : llvm::reverse(dims))
      if (dim.reduced)
        cutReduced(dim, &dim == &dims.back());
    for (Dimension &dim : llvm::reverse(dims))
      if (!dim.reduced)
        cutKept(dim, &dim == &dims.back());
  }

  Shape grid() const {
    Shape result;
    for (const Dimension &dim : dims)
      if (!dim.reduced && dim.inner < dim.size)
        result.push_back(dim.size / dim.inner);
    return result;
  }

  /// The generic's loops.
  SmallVector<Loop> loops() const {
    SmallVector<Loop> result;
    for (const Dimension &dim : dims)
      if (dim.inner > 1)
        result.push_back({dim.inner, dim.reduced});
    return result;
  }

  /// Whether there are loops around the generic.
  bool isSplit() const {
    return llvm::any_of(dims, [](const Dimension &dim) { return dim.reduced && dim.inner < dim.size; });
  }

  /// The access of the operand where the loops around the generic are at these counters.
  Access operand(KernelBuilder &k, ArrayRef<Value> counters) const {
    return accessOf(k, [&](const Dimension &dim) -> OpFoldResult {
      Value counter = counters.front();
      counters = counters.drop_front();
      return k.affine(counter, dim.stride == 1 ? dim.inner : 1, 0);
    });
  }

  /// The access of the result, which has the kept dimensions alone.
  Access result(KernelBuilder &k) const {
    Access access = accessOf(k, [&](const Dimension &) { return k.index(0); }), kept;
    for (auto [dim, position] : llvm::zip_equal(dims, access))
      if (!dim.reduced)
        kept.push_back(position);
    return kept;
  }

  /// Runs `body` in the loops around the generic, with their counters.
  void forEachPart(KernelBuilder &k, llvm::function_ref<void(ArrayRef<Value>)> body) const {
    SmallVector<int64_t> rounds;
    for (const Dimension &dim : dims)
      if (dim.reduced && dim.inner < dim.size)
        rounds.push_back(dim.size / dim.inner);
    SmallVector<Value> counters;
    std::function<void()> nest = [&] {
      if (counters.size() == rounds.size())
        return body(counters);
      k.forEach(k.index(0), k.index(rounds[counters.size()]), [&](Value counter) {
        counters.push_back(counter);
        nest();
      });
    };
    nest();
  }

private:
  /// Elements that make a grid point worth its start.
  static constexpr int64_t fewestElements = 1024;

  /// The index along it is base + stride * the counter of the generic's loop of `inner` rounds.
  struct Dimension {
    int64_t size;
    bool reduced;
    int64_t inner = 1, stride = 1;
  };

  Access accessOf(KernelBuilder &k, llvm::function_ref<OpFoldResult(const Dimension &)> baseOfReduced) const {
    Access access;
    unsigned point = 0, loop = 0;
    for (const Dimension &dim : dims) {
      OpFoldResult base = k.index(0);
      if (dim.inner < dim.size)
        base = dim.reduced ? baseOfReduced(dim) : k.affine(k.id(point++), dim.inner, 0);
      access.push_back(dim.inner > 1 ? Position{base, dim.stride, loop++} : Position{base});
    }
    return access;
  }

  void cutReduced(Dimension &dim, bool last) {
    int64_t step = last ? 1 : phases, room = std::max<int64_t>(sizes.terms / terms, 1);
    if (dim.size % step)
      return;
    dim.inner = dim.size / step;
    dim.stride = step;
    if (step == 1 && dim.size > room) {
      int64_t part = largestDivisor(dim.size, room);
      bool awkward = terms == 1 && part < 32; // a prime, say
      dim.inner = awkward ? dim.size : part;
    }
    terms *= dim.inner;
  }

  void cutKept(Dimension &dim, bool last) {
    int64_t points = 1, work = 1;
    for (const Dimension &other : dims) {
      points *= other.reduced ? 1 : other.size / other.inner;
      work *= other.reduced ? other.size : other.inner;
    }
    if (last) { // the lanes: blocks of them where the grid would be small
      int64_t block = largestDivisor(dim.size, sizes.lanes);
      bool blocks = dim.size > sizes.lanes && block >= 8 && points / dim.size < sizes.points / 4;
      dim.inner = blocks ? block : dim.size;
    } else if (sizes.gathers && phases == 1 && !isSplit() && work < fewestElements && points > sizes.points) {
      int64_t most = std::min(llvm::divideCeil(fewestElements, work), uint64_t(points / sizes.points));
      dim.inner = largestDivisor(dim.size, most);
    }
  }

  const KernelSizes &sizes;
  SmallVector<Dimension> dims;
  int64_t phases, terms = 1;
};

} // namespace

int64_t upsamplingPeriod(KernelGroup &group) {
  llvm::DenseMap<Value, int64_t> factors;
  int64_t most = 1;
  for (Operation &op : group.body.without_terminator()) {
    int64_t factor = 1;
    for (Value operand : op.getOperands())
      factor = std::lcm(factor, factors.lookup_or(operand, 1));
    if (auto upsample = dyn_cast<UpsampleOp>(op))
      factor *= upsample.getFactor();
    factors[op.getResult(0)] = factor;
    most = std::lcm(most, factor);
  }
  return most;
}

bool isMean(ReduceOp reduce) { return reduce.getKind() == ReduceKind::Mean; }

Combiner combinerOf(ReduceOp reduce) {
  switch (reduce.getKind()) {
  case ReduceKind::Sum:
  case ReduceKind::Mean:
    return {0, add};
  case ReduceKind::Max:
    return {-std::numeric_limits<float>::infinity(), maximum};
  }
  llvm_unreachable("not a kind of reduction");
}

KernelFunction lowerReduce(KernelGroup &group, ReduceOp reduce) {
  Value operand = reduce.getX();
  Shape shape(shapeOf(operand)), kept;
  SmallVector<Shape> shapes = group.argumentShapes();
  SmallVector<bool> reduced(shape.size(), false);
  for (int64_t axis : reduce.getAxes())
    reduced[axis] = true;
  int64_t count = product(shape) / product(shapeOf(reduce.getResult()));
  bool plain = group.isPlain();
  if (plain)
    KernelGroup::collapse(shape, shapes, &reduced);
  for (auto [size, isReduced] : llvm::zip_equal(shape, reduced))
    if (!isReduced)
      kept.push_back(size);
  ReductionLayout layout(group.sizes, shape, reduced, upsamplingPeriod(group));
  SmallVector<Loop> loops = layout.loops();
  KernelBuilder k = group.start(layout.grid(), shapes, {kept});

  Combiner combiner = combinerOf(reduce);
  KernelOperand out = k.operand(k.argument(group.outputArgument()), layout.result(k), loops);
  Value result = out.view;
  out.view = k.accumulator(result);
  k.fill(out.view, combiner.neutral);
  layout.forEachPart(k, [&](ArrayRef<Value> counters) {
    KernelOperand part = out;
    if (layout.isSplit()) {
      part.view = k.local(cast<MemRefType>(out.view.getType()).getShape());
      k.fill(part.view, combiner.neutral);
    }
    GroupEmitter(k, shapes, loops, plain).reduce(operand, layout.operand(k, counters), part, combiner.combine);
    if (layout.isSplit())
      k.map({out.view, part.view}, out.view, combiner.combine);
  });
  if (isMean(reduce))
    k.map(out.view, out.view, [&](ImplicitLocOpBuilder &b, ValueRange v) -> Value {
      return arith::MulFOp::create(b, v[0], arith::ConstantOp::create(b, b.getF32FloatAttr(1.0f / count)));
    });
  k.finish(out.view, result);
  return k.function();
}

} // namespace dpsims
