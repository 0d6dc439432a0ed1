// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_PACKWEIGHTS
#include "passes/Passes.h.inc"

namespace {

using Shape = SmallVector<int64_t>;

Value transpose(OpBuilder &builder, Value value, ArrayRef<int64_t> perm) {
  return makeOp<TransposeOp>(builder, value.getLoc(), value,
                             builder.getNamedAttr("perm", builder.getI64ArrayAttr(perm)));
}

/// Both orders are the same where there is one tap, or one channel.
bool hasOrders(ArrayRef<int64_t> weights) { return weights[1] > 1 && weights[2] * weights[3] > 1; }

class Packing {
public:
  /// The number of ops that are packed.
  int64_t run(Block &block) {
    SmallVector<ConvolutionOpInterface> convolutions(block.getOps<ConvolutionOpInterface>());
    for (ConvolutionOpInterface op : convolutions)
      llvm::TypeSwitch<Operation *>(op)
          .Case([&](Conv2dWeightGradientOp gradient) { unpackResult(gradient); })
          .Case<Conv2dOp, Conv2dInputGradientOp>([&](auto conv) { packOperand(conv); });
    return count;
  }

private:
  void mark(ConvolutionOpInterface op) {
    op.setPackedAttr(BoolAttr::get(op->getContext(), true));
    ++count;
  }

  template <typename OpTy> void packOperand(OpTy op) {
    Value weights = op.getWeights();
    if (weights.getDefiningOp<PrepareOp>())
      return;
    if (hasOrders(shapeOf(weights)))
      op.getWeightsMutable().set(packed(weights));
    mark(op);
  }

  /// The same memory for all who read the weights.
  Value packed(Value weights) {
    if (Value known = packedOf.lookup(weights))
      return known;
    OpBuilder builder(weights.getContext());
    builder.setInsertionPointAfterValue(weights);
    return packedOf[weights] = makeReshape(builder, transposed(builder, weights), shapeOf(weights));
  }

  /// Joined weights are transposed before they are joined, which one kernel then does.
  static Value transposed(OpBuilder &builder, Value weights) {
    auto concat = weights.getDefiningOp<ConcatOp>();
    if (!concat || concat.getAxis() != 0)
      return transpose(builder, weights, {0, 2, 3, 1});
    auto parts = llvm::map_to_vector(concat.getParts(), [&](Value part) { return transposed(builder, part); });
    return makeConcat(builder, concat.getLoc(), parts, /*axis=*/0);
  }

  void unpackResult(Conv2dWeightGradientOp op) {
    mark(op);
    Value result = op.getResult();
    ArrayRef<int64_t> shape = shapeOf(result);
    if (!hasOrders(shape))
      return;
    OpBuilder builder(op->getContext());
    builder.setInsertionPointAfter(op);
    Value inMemory = makeReshape(builder, result, {shape[0], shape[2], shape[3], shape[1]});
    for (Operation *user : llvm::make_early_inc_range(result.getUsers()))
      if (auto slice = dyn_cast<SliceOp>(user))
        sliceBefore(builder, slice, inMemory);
    if (result.hasOneUse())
      return;
    Value plain = transpose(builder, inMemory, {0, 3, 1, 2});
    result.replaceAllUsesExcept(plain, inMemory.getDefiningOp());
  }

  /// Parts of joined weights: each is transposed by itself.
  static void sliceBefore(OpBuilder &builder, SliceOp slice, Value inMemory) {
    auto permuted = [&](StringRef name, ArrayRef<int64_t> list) {
      return builder.getNamedAttr(name, builder.getI64ArrayAttr({list[0], list[2], list[3], list[1]}));
    };
    Value part = makeOp<SliceOp>(
        builder, slice.getLoc(), inMemory,
        {permuted("start", slice.getStart()), permuted("step", slice.getStep()), permuted("size", slice.getSize())});
    slice.getResult().replaceAllUsesWith(transpose(builder, part, {0, 3, 1, 2}));
    slice.erase();
  }

  llvm::DenseMap<Value, Value> packedOf;
  int64_t count = 0;
};

struct PackWeights : impl::PackWeightsBase<PackWeights> {
  void runOnOperation() override {
    int64_t packed = Packing().run(getOperation().getBody().front());
    recordStatistics(getOperation(), getArgument(), {{"packed", packed}});
  }
};

} // namespace
} // namespace dpsims
