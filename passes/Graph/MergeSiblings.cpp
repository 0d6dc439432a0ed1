// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/LiveProfile.h"
#include "passes/Graph/SiblingGradients.h"
#include "passes/Passes.h"

#include "passes/Statistics.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_MERGESIBLINGS
#include "passes/Passes.h.inc"

namespace {

/// Ops that become one, the first of which gives the place.
struct Group {
  SiblingForm form;
  SmallVector<Operation *> members;
  int64_t end = 0; // when the last of their results is read last
};

/// Bytes that have to be copied, since others than kernels read the op's result.
int64_t copiedBytes(Value result) {
  int64_t bytes = 0;
  for (Operation *user : result.getUsers())
    if (isa<ReshapeOp>(user))
      bytes += copiedBytes(user->getResult(0));
    else if (isLibraryOp(user) || isa<OutputOp, AssignOp>(user))
      bytes = std::max(bytes, bytesOf(result));
  return bytes;
}

/// An activation is free as an epilogue.
bool hasEpilogue(Operation *op) {
  Operation *user = op->hasOneUse() ? *op->user_begin() : nullptr;
  return user && isElementwise(user) && user->getNumOperands() == 1;
}

class Contractions {
public:
  Contractions(Block &block, LiveProfile &profile, int64_t small) : profile(profile), small(small) {
    for (Operation &op : block)
      if (std::optional<SiblingForm> form = contractionForm(&op))
        place(&op, *form);
  }

  /// Gives the ops that nothing reads any more.
  SmallVector<Operation *> merge() {
    SmallVector<Operation *> gone;
    for (auto &[shared, groups] : groupsOf)
      for (Group &group : groups)
        if (group.members.size() > 1) {
          OpBuilder builder(group.members.front());
          moveSources(group);
          mergeSiblings(builder, group.members, group.form);
          llvm::append_range(gone, group.members);
        }
    return gone;
  }

private:
  void place(Operation *op, const SiblingForm &form) {
    if (hasEpilogue(op) || copiedBytes(op->getResult(0)) > small)
      return;
    SmallVector<Group> &groups = groupsOf[form.sharedOperand(op)];
    for (Group &group : groups)
      if (areSiblings(group.members.front(), op, form) && areKnown(op, group) && accepts(group, op))
        return group.members.push_back(op);
    groups.push_back({form, {op}, profile.lastUse(op->getResult(0))});
  }

  /// Whether the op could be where the group's first member does.
  static bool areKnown(Operation *op, const Group &group) {
    return llvm::all_of(op->getOperands(), [&](Value operand) {
      Operation *producer = operand.getDefiningOp();
      return isa<WeightOpInterface>(producer) || producer->isBeforeInBlock(group.members.front());
    });
  }

  /// The op's result is made as early as the first and the results wait for the last reader.
  bool accepts(Group &group, Operation *op) {
    int64_t begin = profile.timeOf(group.members.front()), last = profile.lastUse(op->getResult(0));
    SmallVector<LiveProfile::Wait> waits{{bytesOf(op->getResult(0)), begin, profile.timeOf(op)}};
    auto wait = [&](Value result, int64_t from, int64_t until) {
      if (from < until)
        waits.push_back({bytesOf(result), from + 1, until + 1});
    };
    wait(op->getResult(0), last, group.end);
    for (Operation *member : group.members)
      wait(member->getResult(0), group.end, last);
    if (!profile.hasRoom(waits))
      return false;
    profile.take(waits);
    group.end = std::max(group.end, last);
    return true;
  }

  static void moveSources(const Group &group) {
    Operation *first = group.members.front();
    for (Operation *op : group.members)
      for (Value operand : op->getOperands())
        if (Operation *producer = operand.getDefiningOp(); first->isBeforeInBlock(producer))
          producer->moveBefore(first);
  }

  LiveProfile &profile;
  int64_t small;
  llvm::MapVector<Value, SmallVector<Group>> groupsOf; // by what they share
};

struct MergeSiblings : impl::MergeSiblingsBase<MergeSiblings> {
  using MergeSiblingsBase::MergeSiblingsBase;

  void runOnOperation() override {
    Block &block = getOperation().getBody().front();
    LiveProfile profile(block, peak);
    SmallVector<Operation *> gone = Contractions(block, profile, small).merge();
    int64_t contractions = gone.size();
    SiblingGradients gradients(block, profile, small);
    gradients.merge();
    recordStatistics(getOperation(), getArgument(),
                     {{"contractions", contractions},
                      {"weight-gradients", gradients.weightGradients},
                      {"input-gradients", gradients.inputGradients}});
    llvm::append_range(gone, gradients.gone);
    for (Operation *op : gone)
      op->erase();
  }
};

} // namespace
} // namespace dpsims
