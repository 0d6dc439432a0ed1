// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_UPSAMPLELAST
#include "passes/Passes.h.inc"

namespace {

/// Whether each pixel of the result is made of one of the images alone.
bool isPixelwise(Conv2dOp conv) {
  ConvGeometry g = convGeometry(conv);
  SmallVector<int64_t> weights = conv.weightsShape();
  auto all = [](ArrayRef<int64_t> numbers, int64_t value) {
    return llvm::all_of(numbers, [=](int64_t n) { return n == value; });
  };
  return all(ArrayRef(weights).drop_front(2), 1) && all(g.stride, 1) && all(g.padding, 0) && !conv.hasEpilogue();
}

struct UpsampleLast : impl::UpsampleLastBase<UpsampleLast> {
  void runOnOperation() override {
    int64_t moved = 0;
    for (auto conv : llvm::make_early_inc_range(getOperation().getBody().front().getOps<Conv2dOp>())) {
      auto upsample = conv.getImages().getDefiningOp<UpsampleOp>();
      if (!upsample || !isPixelwise(conv))
        continue;
      OpBuilder builder(conv);
      SmallVector<Value> operands(conv->getOperands());
      operands[0] = upsample.getImages();
      NamedAttrList attributes(conv->getAttrs());
      attributes.erase("operandSegmentSizes");
      Value small = makeOp<Conv2dOp>(builder, conv.getLoc(), operands, attributes.getAttrs());
      conv.getResult().replaceAllUsesWith(makeOp<UpsampleOp>(builder, conv.getLoc(), small, upsample->getAttrs()));
      eraseUnused(conv);
      ++moved;
    }
    recordStatistics(getOperation(), getArgument(), {{"moved", moved}});
  }
};

} // namespace
} // namespace dpsims
