// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_DECOMPOSE
#include "passes/Passes.h.inc"

namespace {

/// 1 / sqrt(variance + eps) [* weight].
Value scaleOf(OpBuilder &builder, BatchNormOp norm) {
  return channelScale(builder, norm.getLoc(), norm.getVariance(), norm.getEps(), norm.getWeight(),
                      shapeOf(norm.getX()));
}

/// x * scale + (bias - mean * scale): foldable into a convolution, whose weights are known at load as well.
Value normalizeStored(OpBuilder &builder, BatchNormOp norm) {
  Location location = norm.getLoc();
  Value scale = scaleOf(builder, norm);
  Value center = makeOp<MulOp>(builder, location, {norm.getMean(), scale});
  Value shift = norm.getBias() ? makeOp<SubOp>(builder, location, {norm.getBias(), center})
                               : makeOp<NegOp>(builder, location, center);
  Value scaled = makeOp<MulOp>(builder, location, {norm.getX(), scale});
  return makeOp<AddOp>(builder, location, {scaled, shift});
}

/// (x - mean) * scale + bias: the difference first, which loses no digits where the mean is large.
Value normalizeBatch(OpBuilder &builder, BatchNormOp norm) {
  Location location = norm.getLoc();
  Value x = norm.getX(), scale = scaleOf(builder, norm);
  Value mean = spreadChannels(builder, location, norm.getMean(), shapeOf(x));
  Value centered = makeOp<SubOp>(builder, location, {x, mean});
  Value scaled = makeOp<MulOp>(builder, location, {centered, scale});
  return norm.getBias() ? makeOp<AddOp>(builder, location, {scaled, norm.getBias()}) : scaled;
}

Value attend(OpBuilder &builder, AttentionOp attention) {
  return makeOp<MatmulOp>(builder, attention.getLoc(), {attention.buildWeights(builder), attention.getValue()});
}

/// The mean, then the mean of the squared differences from it, which loses no digits where the mean is large.
SmallVector<Value> batchStatistics(OpBuilder &builder, BatchStatisticsOp statistics) {
  Location location = statistics.getLoc();
  Value x = statistics.getX();
  int64_t groups = statistics.getGroups().value_or(0);
  Value mean = reduceToChannels(builder, location, x, ReduceKind::Mean, groups);
  Value difference = makeOp<SubOp>(builder, location, {x, spreadChannels(builder, location, mean, shapeOf(x))});
  Value squares = makeOp<SquareOp>(builder, location, difference);
  return {mean, reduceToChannels(builder, location, squares, ReduceKind::Mean, groups)};
}

/// A product that is one row or one column, or has one term: its matrix is read once, which a kernel does as well as a
/// library, and several such kernels become one launch. Null for others.
Value multiplyVector(OpBuilder &builder, MatmulOp matmul) {
  Value a = matmul.getLhs(), b = matmul.getRhs();
  ArrayRef<int64_t> result = shapeOf(matmul.getResult());
  if (matmul.getBias() || matmul.hasEpilogue() || !elementOf(a).isF32() || result.size() != 2 || shapeOf(b).size() != 2)
    return {};
  bool transposedA = matmul.getTransposeA(), transposedB = matmul.getTransposeB();
  int64_t m = result[0], n = result[1], k = shapeOf(a)[transposedA ? 0 : 1];
  if (m != 1 && n != 1 && k != 1)
    return {};
  Location location = matmul.getLoc();
  if (k == 1)
    return makeOp<MulOp>(builder, location, {makeReshape(builder, a, {m, 1}), makeReshape(builder, b, {1, n})});
  Value matrix = m == 1 ? b : a, vector = m == 1 ? a : b;
  bool alongRows = m == 1 ? transposedB : !transposedA;
  Value factor = makeReshape(builder, vector, alongRows ? ArrayRef<int64_t>{1, k} : ArrayRef<int64_t>{k, 1});
  Value products = makeOp<MulOp>(builder, location, {matrix, factor});
  Value sums = makeReduce(builder, location, products, ReduceKind::Sum, alongRows ? 1 : 0);
  return makeReshape(builder, sums, result);
}

/// Whether mean and variance are of weights alone, as in a convolution's norm of a network that is not trained.
bool isStored(BatchNormOp norm, const WeightOnly &stored) {
  return stored.contains(norm.getMean()) && stored.contains(norm.getVariance()) && shapeOf(norm.getMean()).size() == 1;
}

struct Decompose : impl::DecomposeBase<Decompose> {
  using DecomposeBase::DecomposeBase;

  void runOnOperation() override {
    Block &block = getOperation().getBody().front();
    WeightOnly stored(block);
    int64_t decomposed = 0;
    for (Operation &op : llvm::make_early_inc_range(block)) {
      SmallVector<Value> results = decompose(&op, stored);
      if (results.empty())
        continue;
      op.replaceAllUsesWith(results);
      op.erase();
      ++decomposed;
    }
    recordStatistics(getOperation(), getArgument(), {{"decomposed", decomposed}});
  }

  /// What the op's results become, made before it; none of an op that stays.
  SmallVector<Value> decompose(Operation *op, const WeightOnly &stored) {
    using Results = SmallVector<Value>;
    OpBuilder builder(op);
    return llvm::TypeSwitch<Operation *, Results>(op)
        .Case([&](BatchNormOp norm) {
          return Results{isStored(norm, stored) ? normalizeStored(builder, norm) : normalizeBatch(builder, norm)};
        })
        .Case([&](BatchStatisticsOp statistics) { return batchStatistics(builder, statistics); })
        .Case([&](AttentionOp attention) { return Results{attend(builder, attention)}; })
        .Case([&](MatmulOp matmul) {
          bool may = vectorProducts && !stored.contains(matmul.getResult());
          Value product = may ? multiplyVector(builder, matmul) : Value();
          return product ? Results{product} : Results();
        })
        .Default([](Operation *) { return Results(); });
  }
};

} // namespace
} // namespace dpsims
