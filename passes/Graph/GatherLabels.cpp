// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialect/Formula.h"
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_GATHERLABELS
#include "passes/Passes.h.inc"

namespace {

/// Images whose first channels are a one_hot, alone or before others.
struct LabelImages {
  OneHotOp labels;
  SmallVector<Value> others;

  static std::optional<LabelImages> match(Value images) {
    if (auto labels = images.getDefiningOp<OneHotOp>())
      return LabelImages{labels, {}};
    auto concat = images.getDefiningOp<ConcatOp>();
    if (!concat || concat.getAxis() != 3)
      return std::nullopt;
    auto labels = concat.getParts().front().getDefiningOp<OneHotOp>();
    return labels ? std::optional(LabelImages{labels, SmallVector<Value>(concat.getParts().drop_front())})
                  : std::nullopt;
  }
};

struct GatherLabels : impl::GatherLabelsBase<GatherLabels> {
  using GatherLabelsBase::GatherLabelsBase;

  void runOnOperation() override {
    int64_t gathered = 0, split = 0;
    for (auto conv : llvm::make_early_inc_range(getOperation().getBody().front().getOps<Conv2dOp>())) {
      std::optional<LabelImages> images = LabelImages::match(conv.getImages());
      if (!images || images->labels.getClasses() < classes || conv.getGroups() != 1 || conv.hasEpilogue())
        continue;
      replace(conv, *images);
      ++gathered;
      split += !images->others.empty();
    }
    recordStatistics(getOperation(), getArgument(), {{"gathered", gathered}, {"split", split}});
  }

  static void replace(Conv2dOp conv, LabelImages &images) {
    OpBuilder builder(conv);
    Formula f(builder, conv);
    int64_t labels = images.labels.getClasses(), all = conv.weightsShape()[1];
    auto weightsOf = [&](int64_t first, int64_t count) {
      SmallVector<int64_t> shape = conv.weightsShape();
      shape[1] = count;
      return count == all ? conv.getWeights()
                          : makeSlice(builder, conv.getLoc(), conv.getWeights(), {0, first, 0, 0}, shape);
    };
    ConvGeometry g = convGeometry(conv);
    SmallVector<Value> operands{images.labels.getIds(),
                                f.make<TransposeOp>(weightsOf(0, labels), f.list("perm", {2, 3, 1, 0}))};
    if (conv.getBias())
      operands.push_back(conv.getBias());
    Value result = f.make<Conv2dLabelsOp>(operands, {f.list("stride", g.stride), f.list("padding", g.padding)});
    if (!images.others.empty()) {
      Value others =
          images.others.size() == 1 ? images.others.front() : makeConcat(builder, conv.getLoc(), images.others, 3);
      NamedAttrList attributes;
      attributes.append(f.list("stride", g.stride));
      attributes.append(f.list("padding", g.padding));
      result = f.add(result, f.make<Conv2dOp>({others, weightsOf(labels, all - labels)}, attributes.getAttrs()));
    }
    conv.getResult().replaceAllUsesWith(result);
    eraseUnused(conv);
  }
};

} // namespace
} // namespace dpsims
