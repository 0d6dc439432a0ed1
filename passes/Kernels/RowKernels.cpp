// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels on the rows of a value along its last axis: rows that are normalized by what they add up to (softmax,
// layer_norm), and elementwise ops with reductions of their rows between them.
#include "passes/Kernels/KernelGroup.h"
#include "passes/Kernels/Payloads.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <limits>

using namespace mlir;

namespace dpsims {

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

Value identity(ImplicitLocOpBuilder &, ValueRange x) { return x[0]; }
Value difference(ImplicitLocOpBuilder &b, ValueRange x) { return arith::SubFOp::create(b, x[0], x[1]); }
Value multiply(ImplicitLocOpBuilder &b, ValueRange x) { return arith::MulFOp::create(b, x[0], x[1]); }
Value inverse(ImplicitLocOpBuilder &b, ValueRange x) { return arith::DivFOp::create(b, number(b, 1), x[0]); }

/// A grid point has one row, or several short ones.
class RowKernel {
public:
  explicit RowKernel(KernelGroup &group) : RowKernel(group, Layout(group)) {}

  /// All elements of the result.
  KernelOperand y;
  int64_t columns;

  /// All elements of a value: those of an argument, or they are computed into the result.
  KernelOperand elements(Value value) {
    if (auto argument = dyn_cast<BlockArgument>(value))
      return k.operand(k.argument(argument.getArgNumber()), access, loops);
    compute(value, y);
    return y;
  }

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

  /// output = a value of the group, for each row where the output is numbers. The value may be read from there on.
  void compute(Value value, const KernelOperand &output) {
    bool isNumber = output.loops.back() == 0;
    Access place = access;
    if (isNumber)
      place.back() = {k.index(0)};
    GroupEmitter(k, shapes, ArrayRef(loops).take_front(isNumber ? 1 : 2), plain, stored).map(value, place, output);
    stored[value] = output;
  }

  /// Reductions of values that need no other of them, in one loop. They may be read from there on.
  void reduce(ArrayRef<ReduceOp> reductions) {
    SmallVector<KernelOperand> totals;
    SmallVector<Value> values;
    for (ReduceOp op : reductions) {
      totals.push_back(numbers());
      k.fill(totals.back().view, combinerOf(op).neutral);
      values.push_back(op.getX());
    }
    SmallVector<Loop> along{loops[0], {columns, /*reduced=*/true}};
    GroupEmitter(k, shapes, along, plain, stored)
        .reduce(values, access, totals, [&](ImplicitLocOpBuilder &b, ValueRange v) {
          SmallVector<Value> next;
          for (size_t i = 0; i < reductions.size(); ++i)
            next.push_back(combinerOf(reductions[i]).combine(b, {v[i], v[i + reductions.size()]}));
          return next;
        });
    for (auto [reduction, total] : llvm::zip_equal(reductions, totals)) {
      ReduceOp op = reduction;
      if (isMean(op))
        map(total, total,
            [&](ImplicitLocOpBuilder &b, ValueRange v) { return multiply(b, {v[0], number(b, 1.0f / columns)}); });
      stored[op.getResult()] = total;
    }
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
    explicit Layout(KernelGroup &group) : shape(shapeOf(group.yield.getValues()[0])), shapes(group.argumentShapes()) {
      SmallVector<bool> isLast(shape.size(), false);
      isLast.back() = true;
      plain = shape.back() > 1 && group.isPlain();
      if (plain)
        KernelGroup::collapse(shape, shapes, &isLast);
      grid.assign(shape.begin(), shape.end() - 1);
      if (group.sizes.gathers && !grid.empty() && shape.back() <= shortRow && upsamplingPeriod(group) == 1) {
        rows = largestDivisor(grid.back(), std::min(rowsTogether, product(grid) / group.sizes.points));
        grid.back() /= rows;
      }
    }
    Shape shape, grid;
    SmallVector<Shape> shapes;
    bool plain;
    int64_t rows = 1;
  };

  RowKernel(KernelGroup &group, const Layout &layout)
      : columns(layout.shape.back()), k(group.start(layout.grid, layout.shapes, layout.shape)), shapes(layout.shapes),
        plain(layout.plain), loops{{layout.rows}, {columns}} {
    for (auto [d, size] : llvm::enumerate(layout.grid))
      access.push_back({k.id(d)});
    if (layout.rows > 1)
      access.back() = {k.affine(k.id(access.size() - 1), layout.rows, 0), 1, 0};
    access.push_back({k.index(0), 1, 1});
    y = k.operand(k.argument(group.outputArgument()), access, loops);
  }

  KernelBuilder k;
  SmallVector<Shape> shapes;
  bool plain;
  SmallVector<Loop> loops;
  Access access;
  GroupEmitter::Operands stored;
};

/// Which reductions come in one loop: those of a stage need only what earlier ones give.
class RowStages {
public:
  explicit RowStages(KernelGroup &group) : group(group) {
    for (Operation &op : group.body.without_terminator()) {
      unsigned stage = isRowReduction(&op) ? 1 : 0, before = 0;
      for (Value operand : op.getOperands())
        before = std::max(before, stageOf.lookup(operand));
      last = std::max(last, stageOf[op.getResult(0)] = before + stage);
    }
  }

  unsigned last = 0;

  SmallVector<ReduceOp> reductions(unsigned stage) {
    SmallVector<ReduceOp> result;
    for (auto op : group.body.getOps<ReduceOp>())
      if (stageOf.lookup(op.getResult()) == stage)
        result.push_back(op);
    return result;
  }

  /// What is computed once for each row of elements that read it.
  SmallVector<Value> numbers(unsigned stage) {
    SmallVector<Value> result;
    for (Operation &op : group.body.without_terminator())
      if (isElementwise(&op) && stageOf.lookup(op.getResult(0)) == stage && isReadByRows(op.getResult(0)))
        result.push_back(op.getResult(0));
    return result;
  }

private:
  bool isReadByRows(Value value) {
    return shapeOf(value).size() == shapeOf(group.root->getResult(0)).size() && shapeOf(value).back() == 1 &&
           llvm::any_of(value.getUsers(), [](Operation *user) {
             return user->getNumResults() == 1 && shapeOf(user->getResult(0)).back() != 1;
           });
  }

  KernelGroup &group;
  llvm::DenseMap<Value, unsigned> stageOf;
};

} // namespace

KernelFunction lowerRows(KernelGroup &group) {
  RowKernel row(group);
  RowStages stages(group);
  for (unsigned stage = 0; stage <= stages.last; ++stage) {
    if (stage > 0)
      row.reduce(stages.reductions(stage));
    for (Value value : stages.numbers(stage))
      row.compute(value, row.numbers());
  }
  row.compute(group.root->getResult(0), row.y);
  return row.function();
}

KernelFunction lowerSoftmax(KernelGroup &group, SoftmaxOp softmax) {
  RowKernel row(group);
  KernelOperand x = row.elements(softmax.getX());
  float scale = softmax.getScale();
  auto scaled = [&](ImplicitLocOpBuilder &b, ValueRange x) { return multiply(b, {x[0], number(b, scale)}); };
  KernelOperand most = row.numbers(), sum = row.numbers();
  row.reduce(x, most, -infinity, scaled, maximum);
  auto exponential = [&](ImplicitLocOpBuilder &b, ValueRange v) -> Value {
    return math::ExpOp::create(b, difference(b, {scaled(b, v), v[1]}));
  };
  if (!elementOf(row.y.view).isF32()) { // the result would round the exponentials: they are computed twice
    row.reduce({x, most}, sum, 0, exponential, add);
    row.map(sum, sum, inverse);
    row.map({x, most, sum}, row.y,
            [&](ImplicitLocOpBuilder &b, ValueRange v) { return multiply(b, {exponential(b, v), v[2]}); });
    return row.function();
  }
  row.map({x, most}, row.y, exponential);
  row.reduce(row.y, sum, 0, identity, add);
  row.map(sum, sum, inverse);
  row.map({row.y, sum}, row.y, multiply);
  return row.function();
}

KernelFunction lowerLogSoftmax(KernelGroup &group, LogSoftmaxOp softmax) {
  RowKernel row(group);
  KernelOperand x = row.elements(softmax.getX()), most = row.numbers(), sum = row.numbers();
  row.reduce(x, most, -infinity, identity, maximum);
  auto exponential = [](ImplicitLocOpBuilder &b, ValueRange v) -> Value {
    return math::ExpOp::create(b, difference(b, v));
  };
  row.reduce({x, most}, sum, 0, exponential, add);
  row.map(sum, sum, [](ImplicitLocOpBuilder &b, ValueRange v) -> Value { return math::LogOp::create(b, v[0]); });
  row.map({x, most, sum}, row.y,
          [](ImplicitLocOpBuilder &b, ValueRange v) { return difference(b, {difference(b, v), v[2]}); });
  return row.function();
}

KernelFunction lowerLayerNorm(KernelGroup &group, LayerNormOp norm) {
  RowKernel row(group);
  KernelOperand x = row.elements(norm.getX()), mean = row.numbers(), scale = row.numbers();
  float part = 1.0f / row.columns, eps = norm.getEps();
  row.reduce(x, mean, 0, identity, add);
  row.map(mean, mean, [&](ImplicitLocOpBuilder &b, ValueRange v) { return multiply(b, {v[0], number(b, part)}); });
  auto squaredDifference = [](ImplicitLocOpBuilder &b, ValueRange v) {
    Value d = difference(b, v);
    return multiply(b, {d, d});
  };
  row.reduce({x, mean}, scale, 0, squaredDifference, add);
  row.map(scale, scale, [&](ImplicitLocOpBuilder &b, ValueRange v) {
    Value variance = add(b, {multiply(b, {v[0], number(b, part)}), number(b, eps)});
    return inverse(b, math::SqrtOp::create(b, variance).getResult());
  });
  SmallVector<KernelOperand> operands{x, mean, scale};
  for (Value vector : {norm.getWeight(), norm.getBias()})
    if (vector)
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
