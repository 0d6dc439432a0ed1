// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/GraphUtils.h"
#include "passes/Passes.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_DECOMPOSE
#include "passes/Passes.h.inc"

namespace {

/// 1 / sqrt(variance + eps) [* weight].
Value scaleOf(OpBuilder &builder, BatchNormOp norm) {
  Location location = norm.getLoc();
  Value eps = makeConstant(builder, location, floatOr(norm.getEps(), 0));
  Value sum = makeOp<AddOp>(builder, location, {norm.getInputs()[2], eps});
  Value scale = makeOp<RsqrtOp>(builder, location, sum);
  return norm.getInputs().size() < 4 ? scale : makeOp<MulOp>(builder, location, {scale, norm.getInputs()[3]});
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
  Value scale = scaleOf(builder, norm);
  Value centred = makeOp<SubOp>(builder, location, {norm.getInputs()[0], norm.getInputs()[1]});
  Value scaled = makeOp<MulOp>(builder, location, {centred, scale});
  return norm.getInputs().size() < 5 ? scaled : makeOp<AddOp>(builder, location, {scaled, norm.getInputs()[4]});
}

Value attend(OpBuilder &builder, AttentionOp attention) {
  Location location = attention.getLoc();
  ValueRange x = attention.getInputs();
  Value logits = makeOp<MatmulOp>(builder, location, {x[0], x[1]},
                                  builder.getNamedAttr("transpose_b", builder.getBoolAttr(true)));
  Value weights = makeOp<SoftmaxOp>(builder, location, logits, builder.getNamedAttr("scale", attention.getScale()));
  return makeOp<MatmulOp>(builder, location, {weights, x[2]});
}

struct Decompose : impl::DecomposeBase<Decompose> {
  void runOnOperation() override {
    Block &block = getOperation().getBody().front();
    WeightOnly stored(block);
    for (Operation &op : llvm::make_early_inc_range(block)) {
      OpBuilder builder(&op);
      Value result;
      if (auto norm = dyn_cast<BatchNormOp>(op)) {
        bool known = stored.contains(norm.getInputs()[1]) && stored.contains(norm.getInputs()[2]);
        result = known ? normaliseStored(builder, norm) : normaliseBatch(builder, norm);
      } else if (auto attention = dyn_cast<AttentionOp>(op))
        result = attend(builder, attention);
      if (!result)
        continue;
      op.getResult(0).replaceAllUsesWith(result);
      op.erase();
    }
  }
};

} // namespace
} // namespace dpsims
