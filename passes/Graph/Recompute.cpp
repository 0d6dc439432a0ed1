// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"

#include "mlir/IR/IRMapping.h"

#include "passes/Statistics.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_RECOMPUTE
#include "passes/Passes.h.inc"

namespace {

/// Of the budget: the planned arena is a little larger than what is alive at the peak.
constexpr double usable = 0.96;

/// Whether the schedule keeps a value in the arena.
bool isInArena(Value value) {
  Operation *op = value.getDefiningOp();
  return op && (isa<FusedOp>(op) || isLibraryOp(op));
}

/// Roughly the time to compute an op again, in floating point operations.
double costOf(Operation *op) {
  if (auto library = dyn_cast<LibraryOpInterface>(op))
    return library.flops();
  double read = 0;
  for (Value operand : op->getOperands())
    read += elementsOf(operand);
  return 20 * (read + elementsOf(op->getResult(0))); // memory is slow
}

/// When each value of the arena is alive, and how much is at each op.
class Profile {
public:
  explicit Profile(Block &block) {
    for (Operation &op : block) {
      int64_t now = ops.size();
      ops.push_back(&op);
      number[&op] = now;
      for (Value result : op.getResults())
        if (isInArena(result))
          lives[result] = {now, now, {}};
      for (Value operand : op.getOperands())
        if (auto life = lives.find(storageOf(operand)); life != lives.end() && !isa<ReshapeOp>(op)) {
          life->second.last = now;
          life->second.uses.push_back(now);
        }
    }
    std::vector<int64_t> change(ops.size() + 1);
    for (auto &[value, life] : lives) {
      change[life.first] += bytesOf(value);
      change[life.last + 1] -= bytesOf(value);
    }
    int64_t bytes = 0;
    for (size_t i = 0; i < ops.size(); ++i) {
      bytes += change[i];
      if (bytes > peak) {
        peak = bytes;
        peakAt = i;
      }
    }
  }

  struct Life {
    int64_t first, last;
    SmallVector<int64_t> uses;
  };
  llvm::MapVector<Value, Life> lives;
  std::vector<Operation *> ops;
  llvm::DenseMap<Operation *, int64_t> number;
  int64_t peak = 0, peakAt = 0;
};

/// A value that waits, over the peak, for a use after it: it can be made again there.
struct Candidate {
  Value value;
  int64_t use = 0;
  SmallVector<Operation *> chain; // what has to be computed again, in order
  double price = 0;               // work for each byte
};

class Recomputation {
public:
  explicit Recomputation(Block &block) : block(block) {}

  /// What was reached, in bytes. `peak`: at most the budget, or the least that was found.
  struct Outcome {
    int64_t before, peak, recomputed;
  };

  Outcome run(int64_t budget) {
    const int64_t before = Profile(block).peak;
    int64_t least = INT64_MAX;
    for (size_t round = 0, rounds = 2 * block.getOperations().size(); round < rounds; ++round) {
      Profile profile(block);
      least = std::min(least, profile.peak);
      if (profile.peak <= budget)
        return {before, profile.peak, int64_t(clones.size())};
      Candidate best = choose(profile);
      if (!best.value)
        break;
      apply(profile, best);
    }
    return {before, least, int64_t(clones.size())};
  }

private:
  Candidate choose(const Profile &profile) {
    Candidate best;
    for (auto &[value, life] : profile.lives) {
      auto next = llvm::upper_bound(life.uses, profile.peakAt);
      bool waits =
          life.first < profile.peakAt && next != life.uses.end() && !llvm::is_contained(life.uses, profile.peakAt);
      if (!waits || clones.contains(value.getDefiningOp()))
        continue;
      Candidate candidate{value, *next, {}, 0};
      if (!collect(profile, value.getDefiningOp(), candidate))
        continue;
      candidate.price /= double(bytesOf(value));
      if (!best.value || candidate.price < best.price)
        best = std::move(candidate);
    }
    return best;
  }

  /// The op, after those of its operands that are not alive at the use.
  bool collect(const Profile &profile, Operation *op, Candidate &candidate) {
    if (llvm::is_contained(candidate.chain, op))
      return true;
    for (Value operand : op->getOperands()) {
      Value storage = storageOf(operand);
      auto life = profile.lives.find(storage);
      bool alive = life == profile.lives.end() || life->second.last >= candidate.use;
      if (!alive && !collect(profile, storage.getDefiningOp(), candidate))
        return false;
      if (!alive)
        collectViews(operand, candidate);
    }
    candidate.chain.push_back(op);
    candidate.price += costOf(op);
    return candidate.chain.size() <= longestChain;
  }

  void collectViews(Value value, Candidate &candidate) {
    auto reshape = value.getDefiningOp<ReshapeOp>();
    if (!reshape || llvm::is_contained(candidate.chain, reshape))
      return;
    collectViews(reshape.getX(), candidate);
    candidate.chain.push_back(reshape);
  }

  void apply(const Profile &profile, const Candidate &candidate) {
    OpBuilder builder(profile.ops[candidate.use]);
    IRMapping map;
    for (Operation *op : candidate.chain)
      clones.insert(builder.clone(*op, map));
    auto isLater = [&](OpOperand &use) {
      auto at = profile.number.find(use.getOwner());
      return at != profile.number.end() && at->second >= candidate.use;
    };
    replace(builder, candidate.value, map.lookup(candidate.value), isLater);
  }

  /// Later users of the value, and of its views, take the clone.
  void replace(OpBuilder &builder, Value value, Value clone, llvm::function_ref<bool(OpOperand &)> isLater) {
    for (Operation *user : llvm::to_vector(value.getUsers()))
      if (isa<ReshapeOp>(user) &&
          llvm::any_of(user->getUses(), [&](OpOperand &use) { return reachesLater(use, isLater); })) {
        IRMapping map;
        map.map(value, clone);
        replace(builder, user->getResult(0), builder.clone(*user, map)->getResult(0), isLater);
      }
    value.replaceUsesWithIf(clone, [&](OpOperand &use) { return !isa<ReshapeOp>(use.getOwner()) && isLater(use); });
  }

  static bool reachesLater(OpOperand &use, llvm::function_ref<bool(OpOperand &)> isLater) {
    if (!isa<ReshapeOp>(use.getOwner()))
      return isLater(use);
    return llvm::any_of(use.getOwner()->getUses(), [&](OpOperand &next) { return reachesLater(next, isLater); });
  }

  static constexpr size_t longestChain = 64;
  Block &block;
  llvm::DenseSet<Operation *> clones;
};

struct Recompute : impl::RecomputeBase<Recompute> {
  using impl::RecomputeBase<Recompute>::RecomputeBase;

  void runOnOperation() override {
    if (budget <= 0)
      return;
    auto reached = Recomputation(getOperation().getBody().front()).run(int64_t(budget * usable));
    recordStatistics(getOperation(), getArgument(),
                     {{"recomputed", reached.recomputed}, {"saved-bytes", reached.before - reached.peak}});
    if (reached.peak <= budget * usable)
      return;
    getOperation().emitError() << "recompute: " << getOperation().getSymName() << " needs "
                               << int64_t(reached.peak / usable)
                               << " bytes of intermediate results at least; the budget is " << int64_t(budget);
    signalPassFailure();
  }
};

} // namespace
} // namespace dpsims
