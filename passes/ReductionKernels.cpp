// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels that combine many elements into one: reductions, and rows that are normalised by theirs (softmax,
// layer_norm).
#include "passes/KernelGroup.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <numeric>

using namespace mlir;

namespace dpsims {

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

Value add(ImplicitLocOpBuilder &b, ValueRange x) { return arith::AddFOp::create(b, x[0], x[1]); }
Value maximum(ImplicitLocOpBuilder &b, ValueRange x) { return arith::MaximumFOp::create(b, x[0], x[1]); }
Value identity(ImplicitLocOpBuilder &, ValueRange x) { return x[0]; }
Value difference(ImplicitLocOpBuilder &b, ValueRange x) { return arith::SubFOp::create(b, x[0], x[1]); }

//===-- Reductions ------------------------------------------------------------------------------------------------===//

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

  /// The access of the operand where the loops around the generic stand at these counters.
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

/// How far a kernel's loops must go at a time, so that each stays at its place within the pixels that upsamplings
/// repeat.
int64_t phasesOf(KernelGroup &group) {
  llvm::DenseMap<Value, int64_t> factors;
  int64_t most = 1;
  for (Operation &op : group.body.without_terminator()) {
    int64_t factor = 1;
    for (Value operand : op.getOperands())
      factor = std::lcm(factor, factors.lookup_or(operand, 1));
    if (auto upsample = dyn_cast<UpsampleOp>(op))
      factor *= intOr(upsample.getFactor(), 1);
    factors[op.getResult(0)] = factor;
    most = std::lcm(most, factor);
  }
  return most;
}

} // namespace

KernelFunction lowerReduce(KernelGroup &group, ReduceOp reduce) {
  Value operand = reduce.getInputs()[0];
  Shape shape(shapeOf(operand)), kept;
  SmallVector<Shape> shapes = group.argumentShapes();
  SmallVector<bool> reduced(shape.size(), false);
  for (int64_t axis : intList(reduce.getAxes()))
    reduced[axis] = true;
  int64_t count = product(shape) / product(shapeOf(reduce.getResult()));
  bool plain = group.isPlain();
  if (plain)
    KernelGroup::collapse(shape, shapes, &reduced);
  for (auto [size, isReduced] : llvm::zip_equal(shape, reduced))
    if (!isReduced)
      kept.push_back(size);
  ReductionLayout layout(group.sizes, shape, reduced, phasesOf(group));
  SmallVector<Loop> loops = layout.loops();
  KernelBuilder k = group.start(layout.grid(), shapes, {kept});

  StringRef kind = cast<StringAttr>(reduce.getKind()).getValue();
  float neutral = kind == "max" ? -infinity : 0;
  auto combine = kind == "max" ? maximum : add;
  KernelOperand out = k.operand(k.argument(group.outputArgument()), layout.result(k), loops);
  k.fill(out.view, neutral);
  layout.forEachPart(k, [&](ArrayRef<Value> counters) {
    KernelOperand part = out;
    if (layout.isSplit()) {
      part.view = k.local(cast<MemRefType>(out.view.getType()).getShape());
      k.fill(part.view, neutral);
    }
    GroupEmitter(k, shapes, loops, plain).reduce(operand, layout.operand(k, counters), part, combine);
    if (layout.isSplit())
      k.map({out.view, part.view}, out.view, combine);
  });
  if (kind == "mean")
    k.map(out.view, out.view, [&](ImplicitLocOpBuilder &b, ValueRange v) -> Value {
      return arith::MulFOp::create(b, v[0], arith::ConstantOp::create(b, b.getF32FloatAttr(1.0f / count)));
    });
  return k.function();
}

//===-- Rows ------------------------------------------------------------------------------------------------------===//

namespace {

/// A kernel on the rows of a value along its last axis: a grid point has one of them, or several short ones.
class RowKernel {
public:
  RowKernel(KernelGroup &group, Value operand) : RowKernel(group, operand, Layout(group, operand)) {}

  /// All elements: those of the operand where it is an argument; else it is computed into the result, and the kernel
  /// goes on with that.
  KernelOperand x, y;
  int64_t columns;

  /// A number for each row.
  KernelOperand numbers() { return {k.local(loops[0].size), {0}}; }

  /// A number for each column.
  KernelOperand vector(Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    if (!argument) {
      Value row = k.local(columns);
      GroupEmitter(k, shapes, loops[1], plain).map(value, rowAccess(k, access.size()), KernelOperand{row, {0}});
      return {row, {1}};
    }
    Access whole(shapes[argument.getArgNumber()].size(), Position{k.index(0)});
    whole.back() = {k.index(0), 1, 1};
    return k.operand(k.argument(argument.getArgNumber()), whole, loops);
  }

  void map(ArrayRef<KernelOperand> inputs, const KernelOperand &output, Payload payload) {
    auto all = ArrayRef<Loop>(loops);
    k.compute(output.loops.back() == 0 ? all.take_front() : all, inputs, output,
              [&](ImplicitLocOpBuilder &b, ValueRange v) -> SmallVector<Value> { return {payload(b, v.drop_back())}; });
  }

  /// totals = payload of each element, combined along the row.
  void reduce(ArrayRef<KernelOperand> inputs, const KernelOperand &totals, float neutral, Payload payload,
              Payload combine) {
    k.fill(totals.view, neutral);
    SmallVector<Loop> along{loops[0], {columns, /*reduced=*/true}};
    k.compute(along, inputs, totals, [&](ImplicitLocOpBuilder &b, ValueRange v) -> SmallVector<Value> {
      Value next = payload(b, v.drop_back());
      return {combine(b, {v.back(), next})};
    });
  }

  func::FuncOp function() { return k.function(); }

private:
  /// Rows of so few columns go together, that many of them.
  static constexpr int64_t shortRow = 64, rowsTogether = 16;

  struct Layout {
    Layout(KernelGroup &group, Value operand) : shape(shapeOf(operand)), shapes(group.argumentShapes()) {
      SmallVector<bool> isLast(shape.size(), false);
      isLast.back() = true;
      plain = shape.back() > 1 && group.isPlain();
      if (plain)
        KernelGroup::collapse(shape, shapes, &isLast);
      grid.assign(shape.begin(), shape.end() - 1);
      if (group.sizes.gathers && !grid.empty() && shape.back() <= shortRow && phasesOf(group) == 1) {
        rows = largestDivisor(grid.back(), std::min(rowsTogether, product(grid) / group.sizes.points));
        grid.back() /= rows;
      }
    }
    Shape shape, grid;
    SmallVector<Shape> shapes;
    bool plain;
    int64_t rows = 1;
  };

  RowKernel(KernelGroup &group, Value operand, const Layout &layout)
      : columns(layout.shape.back()), k(group.start(layout.grid, layout.shapes, layout.shape)), shapes(layout.shapes),
        plain(layout.plain), loops{{layout.rows}, {columns}} {
    for (auto [d, size] : llvm::enumerate(layout.grid))
      access.push_back({k.id(d)});
    if (layout.rows > 1)
      access.back() = {k.affine(k.id(access.size() - 1), layout.rows, 0), 1, 0};
    access.push_back({k.index(0), 1, 1});
    y = k.operand(k.argument(group.outputArgument()), access, loops);
    auto argument = dyn_cast<BlockArgument>(operand);
    x = argument ? k.operand(k.argument(argument.getArgNumber()), access, loops) : y;
    if (!argument)
      GroupEmitter(k, shapes, loops, plain).map(operand, access, y);
  }

  KernelBuilder k;
  SmallVector<Shape> shapes;
  bool plain;
  SmallVector<Loop> loops;
  Access access;
};

Value number(ImplicitLocOpBuilder &b, float value) { return arith::ConstantOp::create(b, b.getF32FloatAttr(value)); }
Value multiply(ImplicitLocOpBuilder &b, ValueRange x) { return arith::MulFOp::create(b, x[0], x[1]); }

Value inverse(ImplicitLocOpBuilder &b, ValueRange x) { return arith::DivFOp::create(b, number(b, 1), x[0]); }

} // namespace

KernelFunction lowerSoftmax(KernelGroup &group, SoftmaxOp softmax) {
  RowKernel row(group, softmax.getInputs()[0]);
  float scale = floatOr(softmax.getScale().value_or(Attribute()), 1.0);
  auto scaled = [&](ImplicitLocOpBuilder &b, ValueRange x) { return multiply(b, {x[0], number(b, scale)}); };
  KernelOperand most = row.numbers(), sum = row.numbers();
  row.reduce(row.x, most, -infinity, scaled, maximum);
  row.map({row.x, most}, row.y, [&](ImplicitLocOpBuilder &b, ValueRange v) -> Value {
    return math::ExpOp::create(b, difference(b, {scaled(b, v), v[1]}));
  });
  row.reduce(row.y, sum, 0, identity, add);
  row.map(sum, sum, inverse);
  row.map({row.y, sum}, row.y, multiply);
  return row.function();
}

KernelFunction lowerLogSoftmax(KernelGroup &group, LogSoftmaxOp softmax) {
  RowKernel row(group, softmax.getInputs()[0]);
  KernelOperand most = row.numbers(), sum = row.numbers();
  row.reduce(row.x, most, -infinity, identity, maximum);
  auto exponential = [](ImplicitLocOpBuilder &b, ValueRange v) -> Value {
    return math::ExpOp::create(b, difference(b, v));
  };
  row.reduce({row.x, most}, sum, 0, exponential, add);
  row.map(sum, sum, [](ImplicitLocOpBuilder &b, ValueRange v) -> Value { return math::LogOp::create(b, v[0]); });
  row.map({row.x, most, sum}, row.y, [](ImplicitLocOpBuilder &b, ValueRange v) {
    return difference(b, {difference(b, v), v[2]});
  });
  return row.function();
}

KernelFunction lowerLayerNorm(KernelGroup &group, LayerNormOp norm) {
  RowKernel row(group, norm.getInputs()[0]);
  float part = 1.0f / row.columns, eps = floatOr(norm.getEps(), 0);
  KernelOperand mean = row.numbers(), scale = row.numbers();
  row.reduce(row.x, mean, 0, identity, add);
  row.map(mean, mean, [&](ImplicitLocOpBuilder &b, ValueRange v) { return multiply(b, {v[0], number(b, part)}); });
  auto squaredDifference = [](ImplicitLocOpBuilder &b, ValueRange v) {
    Value d = difference(b, v);
    return multiply(b, {d, d});
  };
  row.reduce({row.x, mean}, scale, 0, squaredDifference, add);
  row.map(scale, scale, [&](ImplicitLocOpBuilder &b, ValueRange v) {
    Value variance = add(b, {multiply(b, {v[0], number(b, part)}), number(b, eps)});
    return inverse(b, math::SqrtOp::create(b, variance).getResult());
  });
  SmallVector<KernelOperand> operands{row.x, mean, scale};
  for (Value vector : norm.getInputs().drop_front())
    operands.push_back(row.vector(vector));
  row.map(operands, row.y, [](ImplicitLocOpBuilder &b, ValueRange v) {
    Value result = multiply(b, {difference(b, v), v[2]});
    if (v.size() > 3)
      result = multiply(b, {result, v[3]});
    return v.size() > 4 ? add(b, {result, v[4]}) : result;
  });
  return row.function();
}

} // namespace dpsims
