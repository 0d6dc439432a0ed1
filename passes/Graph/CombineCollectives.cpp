// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_COMBINECOLLECTIVES
#include "passes/Passes.h.inc"

namespace {

/// Reductions of one kind that become one at the place of the last.
class Bucket {
public:
  explicit Bucket(int64_t most) : most(most) {}

  /// Whether it fits, and no reader of the others comes before it.
  bool takes(AllReduceOp op) const {
    return ops.empty() || (bytes + bytesOf(op) <= most && (!limit || op->isBeforeInBlock(limit)));
  }

  void add(AllReduceOp op) {
    ops.push_back(op);
    bytes += bytesOf(op);
    for (Operation *user : op->getUsers())
      if (!limit || user->isBeforeInBlock(limit))
        limit = user;
  }

  /// How many it has saved.
  int64_t close() {
    int64_t saved = std::max<int64_t>(ops.size(), 1) - 1;
    if (saved)
      combine();
    ops.clear();
    bytes = 0;
    limit = nullptr;
    return saved;
  }

private:
  static int64_t bytesOf(AllReduceOp op) {
    int64_t bytes = 0;
    for (Value value : op.getValues())
      bytes += dpsims::bytesOf(value);
    return bytes;
  }

  void combine() {
    OpBuilder builder(ops.back());
    SmallVector<Value> values, results;
    SmallVector<Location> locations;
    for (AllReduceOp op : ops) {
      llvm::append_range(values, op.getValues());
      llvm::append_range(results, op.getResults());
      locations.push_back(op.getLoc());
    }
    Operation *together = makeOps<AllReduceOp>(builder, builder.getFusedLoc(locations), values.size(), values,
                                               builder.getNamedAttr("kind", ops[0].getKindAttr()));
    for (auto [old, made] : llvm::zip_equal(results, together->getResults()))
      old.replaceAllUsesWith(made);
    for (AllReduceOp op : ops)
      op.erase();
  }

  int64_t most;
  SmallVector<AllReduceOp> ops;
  int64_t bytes = 0;
  Operation *limit = nullptr; // the first reader of a result
};

struct CombineCollectives : impl::CombineCollectivesBase<CombineCollectives> {
  using CombineCollectivesBase::CombineCollectivesBase;

  /// What one rank alone has is the sum.
  static void removeAll(Block &block) {
    for (auto op : llvm::make_early_inc_range(block.getOps<AllReduceOp>())) {
      op.replaceAllUsesWith(op.getValues());
      op.erase();
    }
  }

  void runOnOperation() override {
    Block &block = getOperation().getBody().front();
    if (!getOperation().getRanks())
      return removeAll(block);
    int64_t saved = 0, all = 0;
    for (ReduceKind kind : {ReduceKind::Sum, ReduceKind::Max}) {
      SmallVector<AllReduceOp> ops;
      llvm::copy_if(block.getOps<AllReduceOp>(), std::back_inserter(ops),
                    [&](AllReduceOp op) { return op.getKind() == kind; });
      all += ops.size();
      Bucket bucket(bytes);
      for (AllReduceOp op : ops) {
        if (!bucket.takes(op))
          saved += bucket.close();
        bucket.add(op);
      }
      saved += bucket.close();
    }
    if (all)
      recordStatistics(getOperation(), getArgument(), {{"combined", saved}, {"left", all - saved}});
  }
};

} // namespace
} // namespace dpsims
