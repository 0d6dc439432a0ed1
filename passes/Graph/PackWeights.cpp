// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

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
    SmallVector<Operation *> libraryOps;
    for (Operation &op : block)
      if (isLibraryOp(&op))
        libraryOps.push_back(&op);
    for (Operation *op : libraryOps) {
      if (isa<Conv2dWeightGradientOp>(op))
        unpackResult(op);
      else if (isa<Conv2dOp, Conv2dInputGradientOp>(op) && !op->getOperand(1).getDefiningOp<PrepareOp>())
        packOperand(op);
    }
    return count;
  }

private:
  void mark(Operation *op) {
    op->setAttr("packed", BoolAttr::get(op->getContext(), true));
    ++count;
  }

  void packOperand(Operation *op) {
    Value weights = op->getOperand(1);
    if (hasOrders(shapeOf(weights)))
      op->setOperand(1, packed(weights));
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
    if (!concat || intOr(concat.getAxis(), 0) != 0)
      return transpose(builder, weights, {0, 2, 3, 1});
    auto parts = llvm::map_to_vector(concat.getInputs(), [&](Value part) { return transposed(builder, part); });
    return makeOp<ConcatOp>(builder, concat.getLoc(), parts, builder.getNamedAttr("axis", concat.getAxis()));
  }

  void unpackResult(Operation *op) {
    mark(op);
    Value result = op->getResult(0);
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
    auto permuted = [&](StringRef name) {
      Shape list = intList(slice->getAttr(name));
      return builder.getNamedAttr(name, builder.getI64ArrayAttr({list[0], list[2], list[3], list[1]}));
    };
    Value part =
        makeOp<SliceOp>(builder, slice.getLoc(), inMemory, {permuted("start"), permuted("step"), permuted("size")});
    slice.getResult().replaceAllUsesWith(transpose(builder, part, {0, 3, 1, 2}));
    slice.erase();
  }

  llvm::DenseMap<Value, Value> packedOf;
  int64_t count = 0;
};

struct PackWeights : impl::PackWeightsBase<PackWeights> {
  void runOnOperation() override {
    if (!isForCuda(getOperation()))
      return;
    int64_t packed = Packing().run(getOperation().getBody().front());
    recordStatistics(getOperation(), getArgument(), {{"packed", packed}});
  }
};

} // namespace
} // namespace dpsims
