// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/UpdateFusion.h"
#include "dialect/FusedParts.h"
#include "passes/Graph/GraphUtils.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace dpsims {
namespace {

bool isArithmetic(FusedOp op) {
  return llvm::all_of(op.getBody().front().without_terminator(),
                      [](Operation &inner) { return dpsims::isArithmetic(&inner); });
}

bool isAssigned(Value value) {
  return llvm::any_of(value.getUsers(), [](Operation *user) {
    return isa<AssignOp>(user) || (isa<ReshapeOp>(user) && isAssigned(user->getResult(0)));
  });
}

/// Updates that become one op, in the block's order, which begins where the first of them is.
class Chains {
public:
  explicit Chains(Block &block) {
    for (auto op : block.getOps<FusedOp>())
      if (isUpdate(op))
        add(op);
    for (auto &[first, members] : chains)
      takeProducers(first, members);
  }

  unsigned fuse() {
    unsigned gone = 0;
    for (auto &[first, members] : chains) {
      if (members.size() == 1)
        continue;
      gone += members.size() - 1;
      OpBuilder builder(first);
      auto ops = members.takeVector();
      llvm::sort(ops, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
      joinFused(builder, llvm::map_to_vector(ops, [](Operation *op) { return cast<FusedOp>(op); }));
    }
    return gone;
  }

private:
  using Members = llvm::SetVector<Operation *>;

  /// A link of the chain that it reads from, if what else it reads is there where that begins.
  void add(FusedOp op) {
    Operation *first = op;
    for (Value input : op.getInputs())
      if (auto link = chainOf.find(input.getDefiningOp());
          link != chainOf.end() && input.getType() == op.getResult(0).getType() && isKnownAt(link->second, op))
        first = link->second;
    chainOf[op] = first;
    chains[first].insert(op);
  }

  bool isKnownAt(Operation *first, FusedOp op) {
    return llvm::all_of(op.getInputs(), [&](Value input) {
      Operation *producer = storageOf(input).getDefiningOp();
      if (isSource(producer))
        return true;
      auto link = chainOf.find(input.getDefiningOp());
      return (link != chainOf.end() && link->second == first) || producer->isBeforeInBlock(first);
    });
  }

  void takeProducers(Operation *first, Members &members) {
    for (size_t i = 0; i < members.size(); ++i) // grows
      for (Value input : members[i]->getOperands()) {
        auto producer = input.getDefiningOp<FusedOp>();
        bool fits = producer && producer->getNumResults() == 1 && isArithmetic(producer) &&
                    input.getType() == first->getResult(0).getType() && !chainOf.contains(producer) &&
                    isKnownAt(first, producer) &&
                    llvm::all_of(input.getUsers(), [&](Operation *user) { return members.contains(user); });
        if (fits)
          members.insert(producer);
      }
  }

  llvm::MapVector<Operation *, Members> chains; // by their first update
  llvm::DenseMap<Operation *, Operation *> chainOf;
};

} // namespace

bool isUpdate(FusedOp op) { return llvm::any_of(op.getResults(), isAssigned) && isArithmetic(op); }

unsigned fuseUpdates(Block &block) { return Chains(block).fuse(); }

} // namespace dpsims
