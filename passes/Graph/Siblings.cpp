// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/Siblings.h"

using namespace mlir;

namespace dpsims {
namespace {

/// Slices of so many channels keep accesses of 16 bytes.
constexpr int64_t alignment = 4;

unsigned rankOf(Value value) { return shapeOf(value).size(); }
bool isAligned(Value value) { return shapeOf(value).back() % alignment == 0; }

/// Whether two shapes are equal but along the axis.
bool fit(Value a, Value b, unsigned axis) {
  SmallVector<int64_t> left(shapeOf(a)), right(shapeOf(b));
  if (left.size() != right.size())
    return false;
  left[axis] = right[axis];
  return left == right;
}

/// What the result's size along the axis follows from.
DictionaryAttr attributesOf(Operation *op) {
  NamedAttrList attributes(op->getAttrDictionary());
  attributes.erase("shape");
  return attributes.getDictionary(op->getContext());
}

} // namespace

std::optional<SiblingForm> contractionForm(Operation *op) {
  auto contraction = dyn_cast<ContractionOpInterface>(op);
  if (!contraction || contraction.hasEpilogue() || !isAligned(op->getResult(0)))
    return std::nullopt;
  auto conv = dyn_cast<Conv2dOp>(op);
  auto matmul = dyn_cast<MatmulOp>(op);
  if (conv ? conv.getGroups() != 1 : matmul.getTransposeA() || rankOf(matmul.getRhs()) != 2)
    return std::nullopt;
  unsigned outputs = conv || matmul.getTransposeB() ? 0 : 1;
  SiblingForm form{0, {{1, outputs}}, rankOf(op->getResult(0)) - 1};
  if (contraction.getBias())
    form.joined.push_back({2, 0});
  return form;
}

std::optional<SiblingForm> weightGradientForm(Operation *op) {
  if (auto conv = dyn_cast<Conv2dWeightGradientOp>(op)) {
    // Slices of a 1x1 convolution's weights would have rows of one element.
    if (conv.getGroups() != 1 || conv.weightsShape()[3] == 1 || !isAligned(conv.getGradient()))
      return std::nullopt;
    return SiblingForm{0, {{1, 3}}, 0};
  }
  auto matmul = dyn_cast<MatmulOp>(op);
  bool isProduct = matmul && !matmul.getBias() && !matmul.hasEpilogue() && matmul.getTransposeA() &&
                   !matmul.getTransposeB() && rankOf(matmul.getLhs()) == 2 && rankOf(matmul.getRhs()) == 2;
  if (!isProduct || !isAligned(matmul.getLhs()))
    return std::nullopt;
  return SiblingForm{1, {{0, 1}}, 0};
}

bool areSiblings(Operation *a, Operation *b, const SiblingForm &form) {
  if (a->getName() != b->getName() || a->getNumOperands() != b->getNumOperands() ||
      attributesOf(a) != attributesOf(b) || form.sharedOperand(a) != form.sharedOperand(b))
    return false;
  return fit(a->getResult(0), b->getResult(0), form.axis) && llvm::all_of(form.joined, [&](auto &joined) {
           return fit(a->getOperand(joined.first), b->getOperand(joined.first), joined.second);
         });
}

Value sliceLike(OpBuilder &builder, Value whole, Value like, unsigned axis, int64_t start) {
  SmallVector<int64_t> starts(rankOf(like), 0);
  starts[axis] = start;
  return makeSlice(builder, like.getLoc(), whole, starts, shapeOf(like));
}

Value mergeSiblings(OpBuilder &builder, ArrayRef<Operation *> siblings, const SiblingForm &form) {
  Operation *first = siblings.front();
  Location location = builder.getFusedLoc(llvm::map_to_vector(siblings, [](Operation *op) { return op->getLoc(); }));
  SmallVector<Value> operands(first->getOperands());
  for (auto [operand, axis] : form.joined)
    operands[operand] = makeConcat(
        builder, location,
        llvm::map_to_vector(siblings, [operand = operand](Operation *op) { return op->getOperand(operand); }), axis);
  SmallVector<int64_t> shape(shapeOf(first->getResult(0)));
  shape[form.axis] = 0;
  for (Operation *op : siblings)
    shape[form.axis] += shapeOf(op->getResult(0))[form.axis];
  NamedAttrList attributes(first->getAttrDictionary());
  if (attributes.get("shape"))
    attributes.set("shape", builder.getI64ArrayAttr(shape));
  Type element = cast<RankedTensorType>(first->getResult(0).getType()).getElementType();
  OperationState state(location, first->getName(), operands, RankedTensorType::get(shape, element), attributes);
  Value merged = builder.create(state)->getResult(0);
  int64_t start = 0;
  for (Operation *op : siblings) {
    Value own = op->getResult(0);
    own.replaceAllUsesWith(sliceLike(builder, merged, own, form.axis, start));
    start += shapeOf(own)[form.axis];
  }
  return merged;
}

} // namespace dpsims
