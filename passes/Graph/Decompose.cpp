// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_DECOMPOSE
#include "passes/Passes.h.inc"

namespace {

/// 1 / sqrt(variance + eps) [* weight].
Value scaleOf(OpBuilder &builder, BatchNormOp norm) {
  ValueRange x = norm.getInputs();
  return channelScale(builder, norm.getLoc(), x[2], floatOr(norm.getEps(), 0), x.size() < 4 ? Value() : x[3],
                      shapeOf(x[0]));
}

/// x * scale + (bias - mean * scale): foldable into a convolution, whose weights are known at load as well.
Value normaliseStored(OpBuilder &builder, BatchNormOp norm) {
  Location location = norm.getLoc();
  Value scale = scaleOf(builder, norm);
  Value centre = makeOp<MulOp>(builder, location, {norm.getInputs()[1], scale});
  Value shift = norm.getInputs().size() < 5 ? makeOp<NegOp>(builder, location, centre)
                                            : makeOp<SubOp>(builder, location, {norm.getInputs()[4], centre});
  Value scaled = makeOp<MulOp>(builder, location, {norm.getInputs()[0], scale});
  return makeOp<AddOp>(builder, location, {scaled, shift});
}

/// (x - mean) * scale + bias: the difference first, which loses no digits where the mean is large.
Value normaliseBatch(OpBuilder &builder, BatchNormOp norm) {
  Location location = norm.getLoc();
  Value x = norm.getInputs()[0], scale = scaleOf(builder, norm);
  Value mean = spreadChannels(builder, location, norm.getInputs()[1], shapeOf(x));
  Value centred = makeOp<SubOp>(builder, location, {x, mean});
  Value scaled = makeOp<MulOp>(builder, location, {centred, scale});
  return norm.getInputs().size() < 5 ? scaled : makeOp<AddOp>(builder, location, {scaled, norm.getInputs()[4]});
}

Value attend(OpBuilder &builder, AttentionOp attention) {
  Location location = attention.getLoc();
  ValueRange x = attention.getInputs();
  Value logits =
      makeOp<MatmulOp>(builder, location, {x[0], x[1]}, builder.getNamedAttr("transpose_b", builder.getBoolAttr(true)));
  Value weights = makeOp<SoftmaxOp>(builder, location, logits, builder.getNamedAttr("scale", attention.getScale()));
  return makeOp<MatmulOp>(builder, location, {weights, x[2]});
}

/// The mean, then the mean of the squared differences from it, which loses no digits where the mean is large.
SmallVector<Value> batchStatistics(OpBuilder &builder, BatchStatisticsOp statistics) {
  Location location = statistics.getLoc();
  Value x = statistics.getInputs()[0];
  int64_t groups = intOr(statistics.getGroups().value_or(Attribute()), 0);
  Value mean = reduceToChannels(builder, location, x, "mean", groups);
  Value difference = makeOp<SubOp>(builder, location, {x, spreadChannels(builder, location, mean, shapeOf(x))});
  Value squares = makeOp<SquareOp>(builder, location, difference);
  return {mean, reduceToChannels(builder, location, squares, "mean", groups)};
}

/// A product that is one row or one column, or has one term: its matrix is read once, which a kernel does as well as a
/// library, and several such kernels become one launch. Null for others.
Value multiplyVector(OpBuilder &builder, MatmulOp matmul) {
  Value a = matmul.getInputs()[0], b = matmul.getInputs()[1];
  ArrayRef<int64_t> result = shapeOf(matmul.getResult());
  if (matmul.getInputs().size() != 2 || result.size() != 2 || shapeOf(b).size() != 2)
    return {};
  bool transposedA = boolOr(matmul->getAttr("transpose_a"), false);
  bool transposedB = boolOr(matmul->getAttr("transpose_b"), false);
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
  Value sums = makeOp<ReduceOp>(builder, location, products,
                                {builder.getNamedAttr("kind", builder.getStringAttr("sum")),
                                 builder.getNamedAttr("axes", builder.getI64ArrayAttr(alongRows ? 1 : 0))});
  return makeReshape(builder, sums, result);
}

struct Decompose : impl::DecomposeBase<Decompose> {
  void runOnOperation() override {
    Block &block = getOperation().getBody().front();
    WeightOnly stored(block);
    bool vectors = isForCuda(getOperation());
    int64_t decomposed = 0;
    for (Operation &op : llvm::make_early_inc_range(block)) {
      OpBuilder builder(&op);
      SmallVector<Value> results;
      if (auto norm = dyn_cast<BatchNormOp>(op)) {
        bool known = stored.contains(norm.getInputs()[1]) && stored.contains(norm.getInputs()[2]) &&
                     shapeOf(norm.getInputs()[1]).size() == 1;
        results = {known ? normaliseStored(builder, norm) : normaliseBatch(builder, norm)};
      } else if (auto statistics = dyn_cast<BatchStatisticsOp>(op))
        results = batchStatistics(builder, statistics);
      else if (auto attention = dyn_cast<AttentionOp>(op))
        results = {attend(builder, attention)};
      else if (auto matmul = dyn_cast<MatmulOp>(op); vectors && matmul && !stored.contains(matmul.getResult()))
        if (Value product = multiplyVector(builder, matmul))
          results = {product};
      if (results.empty())
        continue;
      op.replaceAllUsesWith(results);
      op.erase();
      ++decomposed;
    }
    recordStatistics(getOperation(), getArgument(), {{"decomposed", decomposed}});
  }
};

} // namespace
} // namespace dpsims
