// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/SiblingGradients.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace dpsims {
namespace {

/// Library ops that a value may wait for without being counted: those made of it first.
constexpr int64_t near = 2;

/// The gradient of a contraction's input, made of that of its result.
bool isInputGradient(Operation *op, Value gradient) {
  if (auto conv = dyn_cast<Conv2dInputGradientOp>(op))
    return conv.getGradient() == gradient && conv.getGroups() == 1;
  auto matmul = dyn_cast<MatmulOp>(op);
  return matmul && matmul.getLhs() == gradient && !matmul.getBias() && !matmul.hasEpilogue() &&
         !matmul.getTransposeA() && shapeOf(matmul.getRhs()).size() == 2;
}

/// Along which axis of its second operand an input gradient adds up.
unsigned summedAxis(Operation *op) {
  auto matmul = dyn_cast<MatmulOp>(op);
  return matmul && matmul.getTransposeB() ? 1 : 0;
}

bool isChannelSum(Operation *op) {
  auto reduce = dyn_cast<ReduceOp>(op);
  if (!reduce || reduce.getKind() != ReduceKind::Sum)
    return false;
  SmallVector<int64_t> axes = reduce.getAxes();
  llvm::sort(axes);
  return llvm::equal(axes, llvm::seq<int64_t>(0, shapeOf(reduce.getResult()).size() - 1));
}

/// Whether a kernel makes the value, which can as well write it into its place among others.
bool isComputed(Value value) { return isElementwise(value.getDefiningOp()); }

/// A kernel can read slices.
bool isKernel(Operation *op) { return op->hasTrait<KernelOp>(); }

bool isBehind(Value value, Operation *op) {
  return llvm::all_of(value.getUsers(), [&](Operation *user) { return op->isBeforeInBlock(user); });
}

} // namespace

/// Nothing if a library reads the gradient for anything else.
std::optional<SiblingGradients::Member> SiblingGradients::memberOf(Operation *weights, const SiblingForm &form) {
  Member member{weights->getOperand(form.joined.front().first), weights};
  auto take = [](Operation *&place, Operation *user) { return !std::exchange(place, user); };
  for (Operation *user : member.gradient.getUsers()) {
    bool known = user == weights || (isInputGradient(user, member.gradient) && take(member.input, user)) ||
                 (isChannelSum(user) && take(member.bias, user)) || isKernel(user);
    if (!known)
      return std::nullopt;
  }
  return member;
}

void SiblingGradients::merge() {
  llvm::MapVector<Value, SmallVector<Operation *>> candidates; // by what they share
  for (Operation &op : block)
    if (std::optional<SiblingForm> form = weightGradientForm(&op))
      candidates[form->sharedOperand(&op)].push_back(&op);
  for (auto &[shared, ops] : candidates)
    if (ops.size() > 1)
      mergeOf(ops);
}

/// Siblings are near each other: each joins those before it, or begins a new group.
void SiblingGradients::mergeOf(ArrayRef<Operation *> candidates) {
  Members members;
  auto finish = [&] {
    if (members.size() > 1)
      apply(members, *weightGradientForm(members.front().weights));
    members.clear();
  };
  for (Operation *op : candidates) {
    std::optional<Member> next = memberOf(op, *weightGradientForm(op));
    if (!next || (!members.empty() && !fits(members, *next)))
      finish();
    if (next)
      members.push_back(*next);
  }
  finish();
}

bool SiblingGradients::fits(const Members &members, const Member &next) {
  if (!areSiblings(members.front().weights, next.weights, *weightGradientForm(next.weights)))
    return false;
  Members all = members;
  all.push_back(next);
  Operation *last = lastOf(all);
  int64_t copied = 0;
  bool computed = false;
  for (const Member &member : all)
    if (isComputed(member.gradient))
      computed = true;
    else
      copied += bytesOf(member.gradient);
  return (computed || copied <= small) && areReadBehind(all, last) && haveOneSum(all) && profile.hasRoom(waitsOf(all));
}

/// The op that makes the last of the gradients.
Operation *SiblingGradients::lastOf(const Members &members) {
  Operation *last = members.front().gradient.getDefiningOp();
  for (const Member &member : members)
    if (Operation *op = member.gradient.getDefiningOp(); last->isBeforeInBlock(op))
      last = op;
  return last;
}

/// Whether what is merged can be made after the last of the gradients, for none of which it is needed.
bool SiblingGradients::areReadBehind(const Members &members, Operation *last) {
  return llvm::all_of(members, [&](const Member &member) {
    return isBehind(member.weights->getResult(0), last) &&
           (!member.bias || isBehind(member.bias->getResult(0), last)) &&
           (!member.input || member.input->getOperand(1).getDefiningOp()->isBeforeInBlock(last));
  });
}

/// Whether there are no gradients of the input, or all are added up.
bool SiblingGradients::haveOneSum(const Members &members) {
  if (llvm::none_of(members, [](const Member &m) { return m.input; }))
    return true;
  if (!llvm::all_of(members, [](const Member &m) { return m.input && m.input->hasOneUse(); }))
    return false;
  llvm::SmallPtrSet<Operation *, 8> sums;
  Operation *first = members.front().input;
  for (Operation *sum = *first->user_begin(); isa<AddOp>(sum) && sums.insert(sum).second; sum = *sum->user_begin())
    if (!sum->hasOneUse())
      break;
  return llvm::all_of(members, [&](const Member &member) {
    return sums.contains(*member.input->user_begin()) && member.input->getName() == first->getName() &&
           member.input->getResult(0).getType() == first->getResult(0).getType() &&
           summedAxis(member.input) == summedAxis(first);
  });
}

/// The gradients wait for the last of them, and then for the last reader of their slices.
SmallVector<LiveProfile::Wait> SiblingGradients::waitsOf(const Members &members) {
  int64_t made = profile.timeOf(lastOf(members)), end = made + near;
  auto lastUse = [&](const Member &m) { return isComputed(m.gradient) ? profile.lastUse(m.gradient) : made + near; };
  for (const Member &member : members)
    end = std::max(end, lastUse(member));
  SmallVector<LiveProfile::Wait> waits;
  for (const Member &member : members) {
    int64_t bytes = bytesOf(member.gradient);
    waits.push_back({bytes, profile.timeOf(member.gradient.getDefiningOp()) + near, made});
    waits.push_back({bytes, lastUse(member) + 1, end + 1});
  }
  return waits;
}

/// In the order of the forward ops: the same weights are then joined for both.
void SiblingGradients::apply(Members members, const SiblingForm &form) {
  profile.take(waitsOf(members));
  Operation *last = lastOf(members);
  std::reverse(members.begin(), members.end());
  OpBuilder builder(block.getParent()->getContext());
  builder.setInsertionPointAfter(last);
  auto ops = llvm::map_to_vector(members, [](const Member &m) { return m.weights; });
  Value merged = mergeSiblings(builder, ops, form);
  Value joined = merged.getDefiningOp()->getOperand(form.joined.front().first);
  llvm::for_each(ops, [&](Operation *op) { drop(op); });
  weightGradients += members.size();
  if (members.front().input)
    mergeInputs(members, builder, joined);
  if (llvm::all_of(members, [](const Member &m) { return m.bias; }))
    mergeBiases(members, builder, joined);
  readSlices(members, builder, joined);
}

/// Nothing reads the op any more, and it counts as nobody's reader.
void SiblingGradients::drop(Operation *op) {
  op->dropAllReferences();
  gone.push_back(op);
}

/// Of the sum of all, the last becomes the merged one, and the others go.
void SiblingGradients::mergeInputs(const Members &members, OpBuilder &builder, Value joined) {
  auto inputs = llvm::map_to_vector(members, [](const Member &m) { return m.input; });
  Operation *first = inputs.front();
  auto weights = llvm::map_to_vector(inputs, [](Operation *op) { return op->getOperand(1); });
  Value operands[] = {joined, makeConcat(builder, first->getLoc(), weights, summedAxis(first))};
  OperationState state(first->getLoc(), first->getName(), operands, first->getResultTypes(), first->getAttrs());
  Value merged = builder.create(state)->getResult(0);
  Operation *last = *llvm::max_element(inputs, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  for (Operation *input : inputs) {
    if (input == last)
      continue;
    Operation *sum = *input->user_begin();
    sum->getResult(0).replaceAllUsesWith(sum->getOperand(sum->getOperand(0) == input->getResult(0) ? 1 : 0));
    drop(sum);
  }
  last->getResult(0).replaceAllUsesWith(merged);
  llvm::for_each(inputs, [&](Operation *op) { drop(op); });
  inputGradients += members.size();
}

/// One reduction of all channels. A vector made of its part is a slice of the vector of all.
void SiblingGradients::mergeBiases(const Members &members, OpBuilder &builder, Value joined) {
  Operation *first = members.front().bias;
  Value whole = makeOp<ReduceOp>(builder, first->getLoc(), joined, first->getAttrs());
  unsigned axis = shapeOf(whole).size() - 1;
  Value vector = makeReshape(builder, whole, shapeOf(whole).back());
  int64_t start = 0;
  for (const Member &member : members) {
    Value own = member.bias->getResult(0);
    for (Operation *user : llvm::make_early_inc_range(own.getUsers()))
      if (isa<ReshapeOp>(user) && shapeOf(user->getResult(0)).size() == 1) {
        user->getResult(0).replaceAllUsesWith(sliceLike(builder, vector, user->getResult(0), 0, start));
        drop(user);
      }
    if (!own.use_empty())
      own.replaceAllUsesWith(sliceLike(builder, whole, own, axis, start));
    start += shapeOf(own).back();
    drop(member.bias);
  }
}

/// What else reads a gradient that a kernel makes reads it where that kernel writes it.
void SiblingGradients::readSlices(const Members &members, OpBuilder &builder, Value joined) {
  Operation *concat = joined.getDefiningOp();
  Operation *first = concat;
  for (const Member &member : members)
    if (Operation *op = member.gradient.getDefiningOp(); op->isBeforeInBlock(first))
      first = op;
  llvm::SetVector<Operation *> needed; // by the joined gradients
  needed.insert(concat);
  for (size_t i = 0; i < needed.size(); ++i) // grows
    for (Value operand : needed[i]->getOperands())
      if (Operation *op = operand.getDefiningOp(); !op->isBeforeInBlock(first))
        needed.insert(op);

  int64_t start = 0;
  for (const Member &member : members) {
    Value own = member.gradient;
    auto isOther = [&](OpOperand &use) { return !needed.contains(use.getOwner()); };
    if (isComputed(own) && llvm::any_of(own.getUses(), isOther))
      own.replaceUsesWithIf(sliceLike(builder, joined, own, shapeOf(own).size() - 1, start), isOther);
    start += shapeOf(own).back();
  }
  moveReaders(first, builder);
}

/// Ops between `first` and the builder's place that read what is made after them move there.
void SiblingGradients::moveReaders(Operation *first, OpBuilder &builder) {
  Operation *end = &*builder.getInsertionPoint();
  llvm::SmallPtrSet<Operation *, 8> moved;
  for (Operation &op : llvm::make_early_inc_range(llvm::make_range(first->getIterator(), end->getIterator()))) {
    bool reads = llvm::any_of(op.getOperands(), [&](Value operand) {
      Operation *producer = operand.getDefiningOp();
      return moved.contains(producer) || (producer->getBlock() == &block && op.isBeforeInBlock(producer));
    });
    if (!reads)
      continue;
    moved.insert(&op);
    op.moveBefore(end);
  }
}

} // namespace dpsims
