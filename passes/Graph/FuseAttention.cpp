// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialect/Formula.h"
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_FUSEATTENTION
#include "passes/Passes.h.inc"

namespace {

/// What depends on values, as far as derivatives go.
llvm::DenseSet<Operation *> usersOf(ValueRange values, Operation *end) {
  llvm::DenseSet<Operation *> result;
  llvm::DenseSet<Value> active(values.begin(), values.end());
  for (Operation &op : llvm::make_range(end->getBlock()->begin(), end->getIterator()))
    if (!stopsGradients(&op) && llvm::any_of(op.getOperands(), [&](Value v) { return active.contains(v); })) {
      active.insert(op.result_begin(), op.result_end());
      result.insert(&op);
    }
  return result;
}

/// Whether a gradient goes through another one: the kernel of a gradient has no derivative.
bool hasSecondDerivatives(Block &block) {
  for (auto gradient : block.getOps<GradientOp>()) {
    llvm::DenseSet<Operation *> active = usersOf(gradient.getValues(), gradient);
    SmallVector<Operation *> path{gradient.getLoss().getDefiningOp()};
    llvm::DenseSet<Operation *> seen;
    while (!path.empty()) {
      Operation *op = path.pop_back_val();
      if (!op || !active.contains(op) || !seen.insert(op).second)
        continue;
      if (isa<GradientOp>(op))
        return true;
      for (Value operand : op->getOperands())
        path.push_back(operand.getDefiningOp());
    }
  }
  return false;
}

/// The sum of the result and the queries, through reshapes, if nothing else reads the result; null if there is none.
AddOp residualSum(AttentionOp attention) {
  Value result = attention.getResult();
  if (!result.hasOneUse() || result.getType() != attention.getQuery().getType())
    return {};
  if (auto reshape = dyn_cast<ReshapeOp>(*result.user_begin()); reshape && reshape->hasOneUse())
    result = reshape.getResult();
  auto sum = dyn_cast<AddOp>(*result.user_begin());
  if (!sum || sum.getLhs() == sum.getRhs())
    return {};
  Value other = sum.getLhs() == result ? sum.getRhs() : sum.getLhs();
  bool isQuery = storageOf(other) == storageOf(attention.getQuery()) && other.getType() == result.getType();
  return isQuery ? sum : AddOp();
}

struct FuseAttention : impl::FuseAttentionBase<FuseAttention> {
  using FuseAttentionBase::FuseAttentionBase;

  void runOnOperation() override {
    Block &block = getOperation().getBody().front();
    int64_t fused = 0, residuals = 0;
    if (!hasSecondDerivatives(block))
      for (auto attention : llvm::make_early_inc_range(block.getOps<AttentionOp>()))
        if (pays(attention)) {
          ++fused;
          residuals += fuse(attention);
        }
    recordStatistics(getOperation(), getArgument(), {{"fused", fused}, {"residuals", residuals}});
  }

  /// Few keys, which with the values and the weights of a block of rows are close to where they are used.
  bool pays(AttentionOp attention) {
    ArrayRef<int64_t> query = shapeOf(attention.getQuery()), value = shapeOf(attention.getValue());
    constexpr int64_t blockRows = 32;
    int64_t bytes = value[1] * (query[2] + value[2] + 2 * blockRows) * 4;
    bool hasBiasOfKeys =
        !attention.getBias() || shapeOf(attention.getBias()) == ArrayRef<int64_t>{query[0], 1, value[1]};
    return value[1] <= keys && bytes <= memory && hasBiasOfKeys && elementOf(attention.getQuery()).isF32();
  }

  /// Whether the queries are added, too.
  static bool fuse(AttentionOp attention) {
    AddOp sum = residualSum(attention);
    OpBuilder builder(attention);
    SmallVector<NamedAttribute> attributes{builder.getNamedAttr("scale", attention.getScaleAttr())};
    if (sum)
      attributes.push_back(builder.getNamedAttr("residual", builder.getBoolAttr(true)));
    Value result =
        makeOps<FusedAttentionOp>(builder, attention.getLoc(), 2, attention->getOperands(), attributes)->getResult(0);
    Operation *last = sum ? sum : attention.getOperation();
    last->getResult(0).replaceAllUsesWith(Formula(builder, attention).reshape(result, shapeOf(last->getResult(0))));
    eraseUnused(last);
    return bool(sum);
  }
};

} // namespace
} // namespace dpsims
