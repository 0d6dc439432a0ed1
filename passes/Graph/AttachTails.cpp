// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Graph/UpdateFusion.h"
#include "passes/Kernels/KernelGroup.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_ATTACHTAILS
#include "passes/Passes.h.inc"

namespace {

Operation *rootOf(FusedOp op) { return op.getBody().front().getTerminator()->getOperand(0).getDefiningOp(); }

Operation *producerOf(Value value) { return storageOf(value).getDefiningOp(); }

int64_t elementsOfAll(ValueRange values) {
  int64_t elements = 0;
  for (Value value : values)
    elements += elementsOf(value);
  return elements;
}

/// Inputs and weights, and reshapes of them, come first: they are there wherever a tail goes.
void moveSourcesToFront(Block &block) {
  Operation *last = nullptr;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    bool isFirst = isSource(&op) || (isa<ReshapeOp>(op) && isSource(storageOf(op.getResult(0)).getDefiningOp()));
    if (!isFirst)
      continue;
    if (last)
      op.moveAfter(last);
    else
      op.moveBefore(&block, block.begin());
    last = &op;
  }
}

/// The body reshapes what the operand is a reshape of.
void takeReshape(FusedOp op, OpOperand &operand) {
  Block &body = op.getBody().front();
  unsigned number = operand.getOperandNumber();
  Value stored = storageOf(operand.get());
  BlockArgument argument = body.insertArgument(number, stored.getType(), stored.getLoc());
  BlockArgument reshaped = body.getArgument(number + 1);
  OpBuilder builder = OpBuilder::atBlockBegin(&body);
  reshaped.replaceAllUsesWith(makeReshape(builder, argument, shapeOf(reshaped)));
  body.eraseArgument(number + 1);
  operand.set(stored);
}

class Tails {
public:
  Tails(Block &block, int64_t mostRead, int64_t mostMade) : mostRead(mostRead), mostMade(mostMade) {
    for (auto [number, op] : llvm::enumerate(block))
      places[&op] = number;
    for (auto op : block.getOps<FusedOp>())
      place(op);
  }

  unsigned attach() {
    unsigned attached = 0;
    for (auto &[head, ops] : kernels) {
      if (ops.size() == 1)
        continue;
      attached += ops.size() - 1;
      for (FusedOp tail : ArrayRef(ops).drop_front())
        takeReshapes(tail);
      OpBuilder builder(head);
      joinFused(builder, ops);
    }
    return attached;
  }

private:
  /// Those that are after the tail's new place.
  void takeReshapes(FusedOp tail) {
    for (OpOperand &operand : tail->getOpOperands()) {
      auto reshape = operand.get().getDefiningOp<ReshapeOp>();
      if (!reshape || placeOf(reshape) < placeOf(tail))
        continue;
      takeReshape(tail, operand);
      if (reshape->use_empty())
        reshape.erase();
    }
  }

  void place(FusedOp op) {
    FusedOp head = isSmall(op) ? headFor(op) : FusedOp();
    if (!head && !isa_and_nonnull<ReduceOp>(rootOf(op)))
      return;
    if (!head)
      head = op;
    kernels[head].push_back(op);
    headOf[op] = head;
  }

  bool isSmall(FusedOp op) const {
    Operation *root = rootOf(op);
    return root && (KernelGroup::isPointwise(root) || isa<ReduceOp>(root)) && !isUpdate(op) &&
           elementsOfAll(op.getInputs()) <= mostRead && elementsOfAll(op.getResults()) <= mostMade;
  }

  /// The last of the kernels whose results the op reads, if all else that it reads is known at that kernel's place.
  FusedOp headFor(FusedOp op) const {
    FusedOp last;
    for (Value input : op.getInputs())
      if (FusedOp head = headOf.lookup(producerOf(input)); head && (!last || placeOf(last) < placeOf(head)))
        last = head;
    auto isThere = [&](Value input) {
      Operation *producer = producerOf(input);
      return headOf.lookup(producer) == last || placeOf(producer) < placeOf(last);
    };
    return last && llvm::all_of(op.getInputs(), isThere) ? last : FusedOp();
  }

  /// Where the op's results are made: a tail's with its head.
  unsigned placeOf(Operation *op) const {
    FusedOp head = headOf.lookup(op);
    return places.lookup(head ? head.getOperation() : op);
  }

  int64_t mostRead, mostMade;
  llvm::DenseMap<Operation *, unsigned> places; // in the block
  llvm::DenseMap<Operation *, FusedOp> headOf;  // a head's is itself
  llvm::MapVector<FusedOp, SmallVector<FusedOp>> kernels;
};

struct AttachTails : impl::AttachTailsBase<AttachTails> {
  using AttachTailsBase::AttachTailsBase;

  void runOnOperation() override {
    Block &block = getOperation().getBody().front();
    moveSourcesToFront(block);
    int64_t tails = Tails(block, read, made).attach();
    recordStatistics(getOperation(), getArgument(), {{"tails", tails}});
  }
};

} // namespace
} // namespace dpsims
