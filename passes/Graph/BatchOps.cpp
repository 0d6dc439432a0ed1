// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/BatchOps.h"
#include "passes/Graph/GraphUtils.h"

using namespace mlir;

namespace dpsims {

bool mergesAlongBatch(Operation *op, ArrayRef<BatchRole> roles) {
  auto batched = dyn_cast<BatchedOpInterface>(op);
  return batched && batched.mergesAlongBatch(roles);
}

bool canJoinImages(Operation *op) {
  auto contraction = dyn_cast<ContractionOpInterface>(op);
  return contraction && (isa<Conv2dOp>(op) || shapeOf(contraction.getWeights()).size() == 2);
}

Operation *makeForBoth(OpBuilder &builder, Location location, Operation *like, ValueRange operands) {
  OperationState state(location, like->getName());
  state.addOperands(operands);
  state.addAttributes(like->getAttrs());
  state.addTypes(like->getResultTypes());
  Operation *both = builder.create(state);
  cast<BatchedOpInterface>(both).scaleBatch(2, 1);
  SmallVector<Type> types;
  LogicalResult inferred = cast<TensorOpInterface>(both).inferTypes(types);
  assert(succeeded(inferred) && "what fits one batch fits both");
  (void)inferred;
  for (auto [result, type] : llvm::zip_equal(both->getResults(), types))
    result.setType(type);
  return both;
}

Value halfOf(OpBuilder &builder, Value both, int64_t run, Value like) {
  SmallVector<int64_t> size(shapeOf(both)), start(size.size(), 0);
  size[0] /= 2;
  start[0] = run * size[0];
  Value half = makeSlice(builder, both.getLoc(), both, start, size);
  return half.getType() == like.getType() ? half : makeReshape(builder, half, shapeOf(like));
}

} // namespace dpsims
