// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is computed of label maps: types.
#include "dialect/Inference.h"

using namespace mlir;
using namespace dpsims;

LogicalResult Conv2dLabelsOp::inferTypes(Types &types) {
  if (failed(requireTensors(*this)) || failed(requireRank(*this, 0, 3)) || failed(requireRank(*this, 1, 4)))
    return failure();
  Type element = elementOf(getWeights());
  if (!elementOf(getIds()).isInteger(32) || !isa<FloatType>(element))
    return opError(*this) << "takes ids of i32 and weights of floats, not " << getIds().getType() << " and "
                          << getWeights().getType();
  ArrayRef<int64_t> ids = shapeOf(getIds()), w = shapeOf(getWeights());
  if (getBias() && (shapeOf(getBias()) != ArrayRef{w[3]} || elementOf(getBias()) != element))
    return opError(*this) << "bias " << getBias().getType() << " for " << w[3] << " channels of " << element;
  Shape stride = getStride(), padding = getPadding();
  if (failed(requireLength(*this, "stride", stride, 2)) || failed(requireLength(*this, "padding", padding, 4)))
    return failure();
  if (llvm::any_of(stride, [](int64_t s) { return s < 1; }) || llvm::any_of(padding, [](int64_t p) { return p < 0; }))
    return opError(*this) << "stride must be positive and padding not negative";
  int64_t h = ids[1] + padding[0] + padding[2] - w[0], v = ids[2] + padding[1] + padding[3] - w[1];
  if (h < 0 || v < 0)
    return opError(*this) << "the kernel " << w[0] << "x" << w[1] << " is larger than the padded input " << text(ids);
  return addResult(*this, types, {ids[0], h / stride[0] + 1, v / stride[1] + 1, w[3]}, element);
}
