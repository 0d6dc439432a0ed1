// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_COMBINECOLLECTIVES
#include "passes/Passes.h.inc"

namespace {

/// Ops that only rename a result, or keep it for the program's end: they may come later.
bool isDeferrable(Operation *op) { return isa<ReshapeOp, AssignOp>(op); }

/// Collectives of one kind that become one at the place of the last.
class Bucket {
public:
  explicit Bucket(int64_t most) : most(most) {}

  /// Whether it fits, and no reader of the others comes before it.
  bool takes(Operation *op) const {
    return ops.empty() || (bytes + bytesOf(op) <= most && (!limit || op->isBeforeInBlock(limit)));
  }

  void add(Operation *op) {
    ops.push_back(op);
    bytes += bytesOf(op);
    limitTo(op);
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
  static int64_t bytesOf(Operation *op) {
    int64_t bytes = 0;
    for (Value value : op->getOperands())
      bytes += dpsims::bytesOf(value);
    return bytes;
  }

  void limitTo(Operation *op) {
    for (Operation *user : op->getUsers())
      if (isDeferrable(user))
        limitTo(user);
      else if (!limit || user->isBeforeInBlock(limit))
        limit = user;
  }

  void combine() {
    OpBuilder builder(ops.back());
    SmallVector<Value> values, results;
    SmallVector<Location> locations;
    for (Operation *op : ops) {
      llvm::append_range(values, op->getOperands());
      llvm::append_range(results, op->getResults());
      locations.push_back(op->getLoc());
    }
    OperationState state(builder.getFusedLoc(locations), ops[0]->getName(), values, ValueRange(results).getTypes(),
                         ops[0]->getAttrs());
    Operation *together = builder.create(state), *last = together;
    for (auto [old, made] : llvm::zip_equal(results, together->getResults())) {
      old.replaceAllUsesWith(made);
      defer(made, last);
    }
    for (Operation *op : ops)
      op->erase();
  }

  /// Moves what reads the value too early behind `last`.
  static void defer(Value value, Operation *&last) {
    for (Operation *user : llvm::to_vector(value.getUsers()))
      if (user->isBeforeInBlock(last)) {
        user->moveAfter(last);
        last = user;
        for (Value result : user->getResults())
          defer(result, last);
      }
  }

  int64_t most;
  SmallVector<Operation *> ops;
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
    for (CollectiveKind kind :
         {CollectiveKind::Sum, CollectiveKind::Max, CollectiveKind::ReduceScatter, CollectiveKind::AllGather}) {
      SmallVector<Operation *> ops;
      for (auto op : block.getOps<CollectiveOpInterface>())
        if (op.collective() == kind)
          ops.push_back(op);
      all += ops.size();
      Bucket bucket(bytes);
      for (Operation *op : ops) {
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
