// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialect/FusedParts.h"
#include "passes/Graph/GraphUtils.h"
#include "passes/Graph/UpdateFusion.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_FUSEMULTIOUTPUT
#include "passes/Passes.h.inc"

namespace {

/// Arithmetic on elements of one place, which a kernel computes in one loop.
bool isPlain(FusedOp op) {
  auto isPlainOp = [](Operation &inner) {
    auto constant = dyn_cast<ConstantOp>(inner);
    return constant ? !isa<ArrayAttr>(constant.getValue()) : isElementwise(&inner);
  };
  return op.getNumResults() == 1 && llvm::all_of(op.getBody().front().without_terminator(), isPlainOp);
}

/// Fused ops that become one, in the block's order: it is where the first of them is.
class Clusters {
public:
  explicit Clusters(Block &block) {
    for (auto op : block.getOps<FusedOp>())
      if (isPlain(op) && !isUpdate(op))
        add(op);
  }

  unsigned fuse() {
    unsigned gone = 0;
    for (auto &[first, members] : clusters) {
      if (members.size() == 1)
        continue;
      gone += members.size() - 1;
      for (FusedOp member : members)
        for (Value input : member.getInputs())
          raise(input, first);
      OpBuilder builder(first);
      joinFused(builder, members);
    }
    return gone;
  }

private:
  /// Values that a kernel reads and writes: more take more registers than a thread should have.
  static constexpr size_t mostValues = 16;

  void add(FusedOp op) {
    Operation *first = op;
    for (Value input : op.getInputs())
      for (Operation *candidate : clustersOf(input, op))
        if (fits(op, candidate) && (first == op || first->isBeforeInBlock(candidate)))
          first = candidate;
    clusterOf[op] = first;
    clusters[first].push_back(op);
  }

  /// Those that make the value or read it, if it has an element for each that the op makes.
  SmallVector<Operation *> clustersOf(Value value, FusedOp op) {
    SmallVector<Operation *> found;
    if (shapeOf(value) != shapeOf(op.getResult(0)))
      return found;
    if (Operation *first = clusterOf.lookup(value.getDefiningOp()))
      found.push_back(first);
    for (Operation *user : value.getUsers())
      if (Operation *first = clusterOf.lookup(user))
        found.push_back(first);
    return found;
  }

  bool fits(FusedOp op, Operation *first) {
    if (shapeOf(op.getResult(0)) != shapeOf(first->getResult(0)))
      return false;
    llvm::SetVector<Value> values(op.getInputs().begin(), op.getInputs().end());
    values.insert(op.getResult(0));
    for (FusedOp member : clusters[first]) {
      values.insert(member.getInputs().begin(), member.getInputs().end());
      values.insert(member.getResult(0));
    }
    return values.size() <= mostValues &&
           llvm::all_of(op.getInputs(), [&](Value input) { return isKnownAt(first, input); });
  }

  /// An input or weight, and a reshape of what is known there, can be there.
  static void raise(Value value, Operation *first) {
    Operation *producer = value.getDefiningOp();
    if (producer->isBeforeInBlock(first) || !(isSource(producer) || isa<ReshapeOp>(producer)))
      return;
    for (Value operand : producer->getOperands())
      raise(operand, first);
    producer->moveBefore(first);
  }

  bool isKnownAt(Operation *first, Value value) {
    Operation *producer = storageOf(value).getDefiningOp();
    return isSource(producer) || producer->isBeforeInBlock(first) ||
           (value.getDefiningOp() == producer && clusterOf.lookup(producer) == first);
  }

  llvm::MapVector<Operation *, SmallVector<FusedOp>> clusters; // by their first
  llvm::DenseMap<Operation *, Operation *> clusterOf;
};

struct FuseMultiOutput : impl::FuseMultiOutputBase<FuseMultiOutput> {
  void runOnOperation() override {
    int64_t fused = Clusters(getOperation().getBody().front()).fuse();
    recordStatistics(getOperation(), getArgument(), {{"fused", fused}});
  }
};

} // namespace
} // namespace dpsims
