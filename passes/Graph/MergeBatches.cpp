// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/BatchOps.h"
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_MERGEBATCHES
#include "passes/Passes.h.inc"

namespace {

/// For each `gradient`: the values through which it goes.
class GradientPaths {
public:
  explicit GradientPaths(Block &block) {
    for (auto gradient : block.getOps<GradientOp>())
      paths.push_back(pathOf(gradient));
  }

  /// Whether the same gradients go through both.
  bool alike(Value a, Value b) const {
    return llvm::all_of(paths, [&](auto &path) { return path.contains(a) == path.contains(b); });
  }

  /// For a value made of another.
  void addLike(Value value, Value like) {
    for (auto &path : paths)
      if (path.contains(like))
        path.insert(value);
  }

private:
  static llvm::DenseSet<Value> pathOf(GradientOp gradient) {
    llvm::DenseSet<Value> depends(gradient.getValues().begin(), gradient.getValues().end()), path;
    auto before = llvm::make_range(gradient->getBlock()->begin(), gradient->getIterator());
    for (Operation &op : before)
      if (!stopsGradients(&op) && llvm::any_of(op.getOperands(), [&](Value v) { return depends.contains(v); }))
        depends.insert(op.result_begin(), op.result_end());
    SmallVector<Value> next{gradient.getLoss()};
    while (!next.empty()) {
      Value value = next.pop_back_val();
      if (!depends.contains(value) || !path.insert(value).second)
        continue;
      if (Operation *op = value.getDefiningOp(); op && !stopsGradients(op))
        llvm::append_range(next, op->getOperands());
    }
    return path;
  }

  SmallVector<llvm::DenseSet<Value>> paths;
};

/// Two runs of a network in one block, merged op by op. Of a pair of values, one of each run, the first run's images
/// come first in the merged value.
class Merger {
public:
  /// `frozen`: only contractions whose weights the program does not change.
  Merger(Block &block, bool frozen) : block(block), gradients(block) {
    if (frozen)
      stored.emplace(block);
  }

  void run() {
    SmallVector<Operation *> ops = llvm::map_to_vector(block, [](Operation &op) { return &op; });
    for (Operation *op : ops)
      if (op->getBlock() && isa<TensorOpInterface>(op))
        mergeWithPartner(op);
    for (Operation *part : parts)
      if (part->use_empty())
        part->erase();
    for (Operation *op : replaced)
      op->destroy();
  }

  int64_t merged = 0, contractions = 0;

private:
  struct Partner {
    Value value;
    bool isFirst; // the partner is of the first run
  };

  void mergeWithPartner(Operation *op) {
    SmallVector<Operation *> others;
    bool isFirst = true;
    for (Value operand : op->getOperands())
      if (auto partner = partners.find(operand); partner != partners.end()) {
        isFirst = !partner->second.isFirst;
        others = usersLike(op, partner->second.value);
        break;
      }
    if (others.empty() && canJoinImages(op))
      others = usersLike(op, cast<ContractionOpInterface>(op).getWeights());
    for (Operation *other : others)
      if (isFirst ? merge(op, other) : merge(other, op))
        return;
  }

  /// Readers of a value that could be the same op in another run, in the block's order.
  static SmallVector<Operation *> usersLike(Operation *op, Value value) {
    llvm::SetVector<Operation *> users;
    for (Operation *user : value.getUsers())
      if (user != op && user->getName() == op->getName() && user->getAttrDictionary() == op->getAttrDictionary() &&
          user->getOperandTypes() == op->getOperandTypes() && user->getResultTypes() == op->getResultTypes())
        users.insert(user);
    SmallVector<Operation *> sorted = users.takeVector();
    llvm::sort(sorted, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    return sorted;
  }

  bool merge(Operation *first, Operation *second) {
    SmallVector<BatchRole> roles;
    for (auto [a, b] : llvm::zip_equal(first->getOperands(), second->getOperands())) {
      std::optional<BatchRole> role = roleOf(a, b);
      if (!role && !(roles.empty() && canJoinImages(first)))
        return false;
      roles.push_back(role.value_or(BatchRole::images));
    }
    auto contraction = dyn_cast<ContractionOpInterface>(first);
    if (stored && contraction && !stored->contains(contraction.getWeights()))
      return false;
    if (!mergesAlongBatch(first, roles) || !haveSameGradients(first, second) || !moveTogether(first, second))
      return false;
    build(first, second, roles);
    return true;
  }

  std::optional<BatchRole> roleOf(Value a, Value b) const {
    if (a == b)
      return BatchRole::shared;
    Value both = pairs.lookup({a, b});
    if (!both)
      return std::nullopt;
    return both.getDefiningOp<BatchStatisticsOp>() ? BatchRole::statistics : BatchRole::images;
  }

  /// A gradient that goes through one run only would go through the images of both.
  bool haveSameGradients(Operation *first, Operation *second) const {
    auto alike = [&](auto a, auto b) {
      return llvm::all_of(llvm::zip_equal(a, b),
                          [&](auto pair) { return gradients.alike(std::get<0>(pair), std::get<1>(pair)); });
    };
    return alike(first->getOperands(), second->getOperands()) && alike(first->getResults(), second->getResults());
  }

  /// Moves what the later op needs before the earlier one. False if one depends on the other.
  bool moveTogether(Operation *first, Operation *second) {
    Operation *earlier = first->isBeforeInBlock(second) ? first : second;
    llvm::SetVector<Operation *> needed;
    SmallVector<Value> next;
    for (auto [a, b] : llvm::zip_equal(first->getOperands(), second->getOperands())) {
      next.append({a, b});
      if (Value both = pairs.lookup({a, b}))
        next.push_back(both);
    }
    while (!next.empty()) {
      Operation *op = next.pop_back_val().getDefiningOp();
      if (op == first || op == second)
        return false;
      if (op->isBeforeInBlock(earlier) || !needed.insert(op))
        continue;
      llvm::append_range(next, op->getOperands());
    }
    SmallVector<Operation *> ordered = needed.takeVector();
    llvm::sort(ordered, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    for (Operation *op : ordered)
      op->moveBefore(earlier);
    return true;
  }

  void build(Operation *first, Operation *second, ArrayRef<BatchRole> roles) {
    OpBuilder builder(first->isBeforeInBlock(second) ? first : second);
    Location location = builder.getFusedLoc({first->getLoc(), second->getLoc()});
    SmallVector<Value> operands;
    for (auto [a, b, role] : llvm::zip_equal(first->getOperands(), second->getOperands(), roles))
      operands.push_back(role == BatchRole::shared ? a : join(builder, location, a, b));
    Operation *both = makeForBoth(builder, location, first, operands);
    for (auto [a, b, result] : llvm::zip_equal(first->getResults(), second->getResults(), both->getResults()))
      replace(builder, a, b, result);
    ++merged;
    contractions += isContraction(both);
    for (Operation *op : {first, second}) { // destroyed in the end: no new value takes the place of a known one
      op->dropAllReferences();
      op->remove();
      replaced.push_back(op);
    }
  }

  Value join(OpBuilder &builder, Location location, Value a, Value b) {
    Value &both = pairs[{a, b}];
    if (!both) {
      both = makeConcat(builder, location, {a, b}, /*axis=*/0);
      gradients.addLike(both, a);
      setPartners(a, b);
    }
    return both;
  }

  /// The merged result's halves in place of the two results.
  void replace(OpBuilder &builder, Value a, Value b, Value both) {
    gradients.addLike(both, a);
    Value halves[] = {halfOf(builder, both, 0, a), halfOf(builder, both, 1, b)};
    for (Value half : halves) {
      Operation *op = half.getDefiningOp();
      gradients.addLike(half, a);
      parts.push_back(op);
      if (auto reshape = dyn_cast<ReshapeOp>(op)) {
        gradients.addLike(reshape.getX(), a);
        parts.push_back(reshape.getX().getDefiningOp());
      }
    }
    a.replaceAllUsesWith(halves[0]);
    b.replaceAllUsesWith(halves[1]);
    pairs[{halves[0], halves[1]}] = both;
    setPartners(halves[0], halves[1]);
  }

  void setPartners(Value a, Value b) {
    partners.try_emplace(a, Partner{b, false});
    partners.try_emplace(b, Partner{a, true});
  }

  Block &block;
  GradientPaths gradients;
  std::optional<WeightOnly> stored;
  llvm::DenseMap<std::pair<Value, Value>, Value> pairs; // a value of each run -> the merged one
  llvm::DenseMap<Value, Partner> partners;
  SmallVector<Operation *> parts;    // halves of merged values, a reshape before its slice
  SmallVector<Operation *> replaced; // by merged ones
};

struct MergeBatches : impl::MergeBatchesBase<MergeBatches> {
  using MergeBatchesBase::MergeBatchesBase;

  void runOnOperation() override {
    Block &block = getOperation().getBody().front();
    if (!block.getOps<PrepareOp>().empty())
      return; // optimized already
    Merger merger(block, frozen);
    merger.run();
    recordStatistics(getOperation(), getArgument(),
                     {{"merged-pairs", merger.merged}, {"merged-contractions", merger.contractions}});
  }
};

} // namespace
} // namespace dpsims
