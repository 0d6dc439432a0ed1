// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/GraphUtils.h"
#include "passes/Passes.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_PACKWEIGHTS
#include "passes/Passes.h.inc"

namespace {

using Shape = SmallVector<int64_t>;

Value reshape(OpBuilder &builder, Value value, ArrayRef<int64_t> shape) {
  return makeOp<ReshapeOp>(builder, value.getLoc(), value,
                           builder.getNamedAttr("shape", builder.getI64ArrayAttr(shape)));
}

Value transpose(OpBuilder &builder, Value value, ArrayRef<int64_t> perm) {
  return makeOp<TransposeOp>(builder, value.getLoc(), value,
                             builder.getNamedAttr("perm", builder.getI64ArrayAttr(perm)));
}

/// Both orders are the same where there is one tap, or one channel.
bool hasOrders(ArrayRef<int64_t> weights) { return weights[1] > 1 && weights[2] * weights[3] > 1; }

class Packing {
public:
  void run(Block &block) {
    for (Operation &op : llvm::make_early_inc_range(block)) {
      if (isa<Conv2dWeightGradientOp>(op))
        unpackResult(&op);
      else if (isa<Conv2dOp, Conv2dInputGradientOp>(op) && !op.getOperand(1).getDefiningOp<PrepareOp>())
        packOperand(&op);
    }
  }

private:
  static void mark(Operation *op) { op->setAttr("packed", BoolAttr::get(op->getContext(), true)); }

  void packOperand(Operation *op) {
    Value weights = op->getOperand(1);
    if (hasOrders(shapeOf(weights)))
      op->setOperand(1, packed(weights));
    mark(op);
  }

  /// The same memory for all who read the weights.
  Value packed(Value weights) {
    Value &known = packedOf[weights];
    if (!known) {
      OpBuilder builder(weights.getContext());
      builder.setInsertionPointAfterValue(weights);
      known = reshape(builder, transpose(builder, weights, {0, 2, 3, 1}), shapeOf(weights));
    }
    return known;
  }

  void unpackResult(Operation *op) {
    mark(op);
    Value result = op->getResult(0);
    Shape shape(shapeOf(result));
    if (!hasOrders(shape))
      return;
    OpBuilder builder(op->getContext());
    builder.setInsertionPointAfter(op);
    Value inMemory = reshape(builder, result, {shape[0], shape[2], shape[3], shape[1]});
    Value plain = transpose(builder, inMemory, {0, 3, 1, 2});
    result.replaceAllUsesExcept(plain, inMemory.getDefiningOp());
  }

  llvm::DenseMap<Value, Value> packedOf;
};

struct PackWeights : impl::PackWeightsBase<PackWeights> {
  void runOnOperation() override {
    if (isForCuda(getOperation()))
      Packing().run(getOperation().getBody().front());
  }
};

} // namespace
} // namespace dpsims
