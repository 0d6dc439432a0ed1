// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Attention to few keys, and its gradient. A grid point has some rows of one of the matrices, of which it works on
// blocks: their weights are in private memory, as are the keys and, for the gradient, the values with the keys along
// the lanes.
#include "dialect/Scalars.h"
#include "passes/Kernels/KernelGroup.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <limits>

using namespace mlir;

namespace dpsims {

namespace {

constexpr int64_t blockRows = 32; // whose weights, of few keys, stay in a processor's nearest cache

Value add(ImplicitLocOpBuilder &b, Value x, Value y) { return arith::AddFOp::create(b, x, y); }
Value sub(ImplicitLocOpBuilder &b, Value x, Value y) { return arith::SubFOp::create(b, x, y); }
Value mul(ImplicitLocOpBuilder &b, Value x, Value y) { return arith::MulFOp::create(b, x, y); }

/// What both kernels have in common.
class AttentionKernel {
public:
  template <typename OpTy>
  AttentionKernel(KernelGroup &group, OpTy op, int64_t parts)
      : group(group), batch(shapeOf(op.getQuery())[0]), keys(shapeOf(op.getKey())[1]),
        rowsOfPoint(shapeOf(op.getQuery())[1] / parts), block(largestDivisor(rowsOfPoint, blockRows)),
        scale(op.getScale()), k(group.start({batch, parts}, {}, {})), query(argument(op.getQuery())),
        key(argument(op.getKey())), value(argument(op.getValue())),
        bias(op.getBias() ? argument(op.getBias()) : Value()) {}

protected:
  Value argument(Value operand) { return k.argument(cast<BlockArgument>(operand).getArgNumber()); }

  /// The memory of a result of the root; null where nothing reads it.
  Value output(Value result) {
    ValueRange values = group.yield.getValues();
    auto found = llvm::find(values, result);
    return found == values.end() ? Value() : k.argument(group.outputArgument(found - values.begin()));
  }

  static int64_t columnsOf(Value memref) { return cast<MemRefType>(memref.getType()).getShape().back(); }

  /// The matrix of a value (B, rows, columns) that the grid point works on, its columns counted by a loop.
  KernelOperand matrix(Value memref, ArrayRef<Loop> loops, unsigned rows, unsigned columns) {
    return k.operand(memref, {{k.id(0)}, {k.index(0), 1, rows}, {k.index(0), 1, columns}}, loops);
  }
  /// The same of the block's rows.
  KernelOperand blockOf(Value memref, ArrayRef<Loop> loops, unsigned rows, unsigned columns) {
    return k.operand(memref, {{k.id(0)}, {firstRow, 1, rows}, {k.index(0), 1, columns}}, loops);
  }
  /// A number for each of the block's rows.
  KernelOperand columnOf(Value memref, ArrayRef<Loop> loops, unsigned rows) {
    return k.operand(memref, {{k.id(0)}, {firstRow, 1, rows}, {k.index(0)}}, loops);
  }

  /// Keys or values (n, columns) with the keys along the lanes: (columns, n).
  Value transposed(Value memref) {
    int64_t columns = columnsOf(memref);
    Value result = k.local({columns, keys});
    SmallVector<Loop> loops{{columns}, {keys}};
    map(loops, matrix(memref, loops, 1, 0), {result, {0, 1}}, [](auto &, ValueRange v) { return v[0]; });
    return result;
  }

  /// products (block, n) = rows of the block times (columns, n).
  void multiplyByKeys(Value rows, Value transposedKeys, Value products) {
    k.fill(products, 0);
    SmallVector<Loop> loops{{block}, {columnsOf(rows), /*reduced=*/true}, {keys}};
    accumulate(loops, blockOf(rows, loops, 0, 1), KernelOperand{transposedKeys, {1, 2}}, {products, {0, 2}});
  }

  /// rows of the block += weights (block, n) times (n, columns).
  void addWeighted(Value weights, Value memref, Value rows) {
    SmallVector<Loop> loops{{block}, {keys, /*reduced=*/true}, {columnsOf(rows)}};
    accumulate(loops, {weights, {0, 1}}, matrix(memref, loops, 1, 2), blockOf(rows, loops, 0, 2));
  }

  /// The block's rows begin as those of another value, or as zeros without one.
  void begin(Value rows, Value from) {
    SmallVector<Loop> loops{{block}, {columnsOf(rows)}};
    SmallVector<KernelOperand> inputs;
    if (from)
      inputs.push_back(blockOf(from, loops, 0, 1));
    map(loops, inputs, blockOf(rows, loops, 0, 1),
        [&](ImplicitLocOpBuilder &b, ValueRange v) { return from ? v[0] : number(b, 0); });
  }

  /// Runs `body` for each block of the point's rows.
  void forEachBlock(llvm::function_ref<void()> body) {
    k.forEach(k.index(0), k.index(rowsOfPoint / block), [&](Value counter) {
      firstRow = k.add(k.affine(k.id(1), rowsOfPoint, 0), k.affine(counter, block, 0));
      body();
    });
  }

  void map(ArrayRef<Loop> loops, ArrayRef<KernelOperand> inputs, const KernelOperand &output, Payload payload) {
    k.compute(loops, inputs, output,
              [&](ImplicitLocOpBuilder &b, ValueRange v) -> SmallVector<Value> { return {payload(b, v.drop_back())}; });
  }

  /// output += x * y, or x without a y.
  void accumulate(ArrayRef<Loop> loops, const KernelOperand &x, std::optional<KernelOperand> y,
                  const KernelOperand &output) {
    SmallVector<KernelOperand> inputs{x};
    if (y)
      inputs.push_back(*y);
    k.compute(loops, inputs, output, [&](ImplicitLocOpBuilder &b, ValueRange v) -> SmallVector<Value> {
      return {add(b, v.back(), y ? mul(b, v[0], v[1]) : v[0])};
    });
  }

  /// products = f(products, bias, a number for each row): the bias is 0 where there is none.
  void mapProducts(Value products, Value numbers,
                   llvm::function_ref<Value(ImplicitLocOpBuilder &, Value, Value, Value)> f) {
    SmallVector<Loop> loops{{block}, {keys}};
    SmallVector<KernelOperand> inputs{{products, {0, 1}}, {numbers, {0}}};
    if (bias)
      inputs.push_back(k.operand(bias, {{k.id(0)}, {k.index(0)}, {k.index(0), 1, 1}}, loops));
    map(loops, inputs, {products, {0, 1}},
        [&](ImplicitLocOpBuilder &b, ValueRange v) { return f(b, v[0], bias ? v[2] : Value(), v[1]); });
  }

  Value scaled(ImplicitLocOpBuilder &b, Value product, Value biasOfKey) {
    Value x = mul(b, product, number(b, scale));
    return biasOfKey ? add(b, x, biasOfKey) : x;
  }

  KernelGroup &group;
  int64_t batch, keys, rowsOfPoint, block;
  float scale;
  KernelBuilder k;
  Value query, key, value, bias;
  OpFoldResult firstRow; // of the block
};

class ForwardKernel : AttentionKernel {
public:
  ForwardKernel(KernelGroup &group, FusedAttentionOp op)
      : AttentionKernel(group, op, parts(group, op)), residual(op.getResidual()), result(output(op.getResult())),
        sums(output(op.getSums())) {}

  func::FuncOp build() {
    Value keysInLanes = transposed(key);
    Value weights = k.local({block, keys}), most = k.local({block}), total = k.local({block});
    forEachBlock([&] {
      multiplyByKeys(query, keysInLanes, weights);
      softmax(weights, most, total);
      if (sums)
        storeSums(most, total);
      if (!result)
        return;
      begin(result, residual ? query : Value());
      addWeighted(weights, value, result);
    });
    return k.function();
  }

private:
  static int64_t parts(KernelGroup &group, FusedAttentionOp op) {
    ArrayRef<int64_t> shape = shapeOf(op.getQuery());
    int64_t wanted = std::max<int64_t>(group.sizes.points / shape[0], 1);
    return largestDivisor(shape[1], std::min(wanted, std::max<int64_t>(shape[1] / blockRows, 1)));
  }

  /// Of each row: weights = exp(products - most) / total.
  void softmax(Value weights, Value most, Value total) {
    SmallVector<Loop> along{{block}, {keys, /*reduced=*/true}};
    k.fill(most, 0);
    mapProducts(weights, most,
                [&](ImplicitLocOpBuilder &b, Value x, Value biasOfKey, Value) { return scaled(b, x, biasOfKey); });
    k.fill(most, -std::numeric_limits<float>::infinity());
    k.compute(along, KernelOperand{weights, {0, 1}}, KernelOperand{most, {0}},
              [](ImplicitLocOpBuilder &b, ValueRange v) -> SmallVector<Value> {
                return {arith::MaximumFOp::create(b, v[1], v[0])};
              });
    SmallVector<Loop> loops{{block}, {keys}};
    map(loops, {{weights, {0, 1}}, {most, {0}}}, {weights, {0, 1}},
        [](ImplicitLocOpBuilder &b, ValueRange v) -> Value { return math::ExpOp::create(b, sub(b, v[0], v[1])); });
    k.fill(total, 0);
    accumulate(along, {weights, {0, 1}}, std::nullopt, {total, {0}});
    map(loops, {{weights, {0, 1}}, {total, {0}}}, {weights, {0, 1}},
        [](ImplicitLocOpBuilder &b, ValueRange v) -> Value { return arith::DivFOp::create(b, v[0], v[1]); });
  }

  void storeSums(Value most, Value total) {
    SmallVector<Loop> loops{{block}};
    map(loops, {{most, {0}}, {total, {0}}}, columnOf(sums, loops, 0),
        [](ImplicitLocOpBuilder &b, ValueRange v) { return add(b, v[0], math::LogOp::create(b, v[1])); });
  }

  bool residual;
  Value result, sums;
};

class BackwardKernel : AttentionKernel {
public:
  BackwardKernel(KernelGroup &group, FusedAttentionGradientOp op)
      : AttentionKernel(group, op, op.getParts()), residual(op.getResidual()), sums(argument(op.getSums())),
        gradient(argument(op.getGradient())), ofQuery(output(op.getQueryGradient())),
        ofKey(output(op.getKeyGradients())), ofValue(output(op.getValueGradients())),
        ofBias(output(op.getBiasGradients())) {}

  func::FuncOp build() {
    Value keysInLanes = transposed(key), valuesInLanes = transposed(value);
    Value weights = k.local({block, keys}), slopes = k.local({block, keys}), numbers = k.local({block});
    for (Value total : {ofKey, ofValue, ofBias})
      if (total)
        k.fill(partOf(total), 0);
    forEachBlock([&] {
      multiplyByKeys(query, keysInLanes, weights);
      recomputeWeights(weights, numbers);
      multiplyByKeys(gradient, valuesInLanes, slopes);
      makeSlopes(weights, slopes, numbers);
      if (ofValue)
        addProducts(weights, gradient, ofValue);
      if (ofKey)
        addProducts(slopes, query, ofKey);
      if (ofQuery) {
        begin(ofQuery, residual ? gradient : Value());
        addWeighted(slopes, key, ofQuery);
      }
    });
    return k.function();
  }

private:
  /// exp(products - sums): the softmax, which the forward kernel has not kept.
  void recomputeWeights(Value weights, Value numbers) {
    SmallVector<Loop> rows{{block}};
    map(rows, columnOf(sums, rows, 0), {numbers, {0}}, [](auto &, ValueRange v) { return v[0]; });
    mapProducts(weights, numbers, [&](ImplicitLocOpBuilder &b, Value x, Value biasOfKey, Value sum) -> Value {
      return math::ExpOp::create(b, sub(b, scaled(b, x, biasOfKey), sum));
    });
  }

  /// slopes, which are the gradient of the weights, become that of the products.
  void makeSlopes(Value weights, Value slopes, Value numbers) {
    SmallVector<Loop> along{{block}, {keys, /*reduced=*/true}}, loops{{block}, {keys}};
    k.fill(numbers, 0);
    accumulate(along, {weights, {0, 1}}, KernelOperand{slopes, {0, 1}}, {numbers, {0}});
    map(loops, {{weights, {0, 1}}, {slopes, {0, 1}}, {numbers, {0}}}, {slopes, {0, 1}},
        [](ImplicitLocOpBuilder &b, ValueRange v) { return mul(b, v[0], sub(b, v[1], v[2])); });
    if (ofBias) {
      SmallVector<Loop> down{{block, /*reduced=*/true}, {keys}};
      accumulate(down, {slopes, {0, 1}}, std::nullopt, {partOf(ofBias), {1}});
    }
    map(loops, KernelOperand{slopes, {0, 1}}, {slopes, {0, 1}},
        [&](ImplicitLocOpBuilder &b, ValueRange v) { return mul(b, v[0], number(b, scale)); });
  }

  /// (n, columns) += the transpose of (block, n) times the block's rows.
  void addProducts(Value ofRows, Value rows, Value total) {
    SmallVector<Loop> loops{{keys}, {block, /*reduced=*/true}, {columnsOf(rows)}};
    accumulate(loops, {ofRows, {1, 0}}, blockOf(rows, loops, 1, 2), {partOf(total), {0, 2}});
  }

  /// What the grid point adds up: (n, columns), of the bias (n).
  Value partOf(Value total) {
    bool isBias = total == ofBias;
    SmallVector<Loop> loops{{keys}, {columnsOf(total)}};
    Position rows = isBias ? Position{k.index(0)} : Position{k.index(0), 1, 0};
    return k.operand(total, {{k.id(0)}, {k.id(1)}, rows, {k.index(0), 1, 1}}, loops).view;
  }

  bool residual;
  Value sums, gradient, ofQuery, ofKey, ofValue, ofBias;
};

} // namespace

KernelFunction lowerFusedAttention(KernelGroup &group, FusedAttentionOp attention) {
  return ForwardKernel(group, attention).build();
}

KernelFunction lowerFusedAttentionGradient(KernelGroup &group, FusedAttentionGradientOp gradient) {
  return BackwardKernel(group, gradient).build();
}

} // namespace dpsims
