// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the steps of a schedule read, write and may overwrite.
#include "dialect/FusedParts.h"
#include "dialect/Inference.h"

using namespace mlir;
using namespace dpsims;

SmallVector<Value> LoadWeightOp::reads() { return {}; }
SmallVector<Value> LoadWeightOp::writes() { return {getDst()}; }

SmallVector<Value> StoreConstantOp::reads() { return {getSrc()}; }
SmallVector<Value> StoreConstantOp::writes() { return {}; }

SmallVector<Value> ComputeOp::reads() { return SmallVector<Value>(getInputs()); }
SmallVector<Value> ComputeOp::writes() { return SmallVector<Value>(getOutputs()); }

namespace {
ArrayRef<int64_t> shape(Value value) { return cast<ShapedType>(value.getType()).getShape(); }

/// Whether the op reduces whole rows of a shape, before any of their elements is written. A GPU's threads wait for one
/// another in between, which short rows, several to a warp, could not.
bool reducesLongRows(Operation *op, ArrayRef<int64_t> rows) {
  constexpr int64_t fewest = 128;
  return isRowReduction(op) && shape(op->getOperand(0)) == rows && rows.back() >= fewest;
}

/// Whether the part's ops read each element of a value only where they write the same one.
bool isReadInPlace(Value value, const FusedPart &part, YieldOp yield) {
  llvm::SetVector<Value> values;
  values.insert(value);
  for (size_t i = 0; i < values.size(); ++i) // grows
    for (Operation *user : values[i].getUsers()) {
      if (part.ops.contains(user) && reducesLongRows(user, shape(value)))
        continue;
      bool isOwn = user == yield
                       ? llvm::any_of(part.results, [&](unsigned r) { return yield.getValues()[r] == values[i]; })
                       : part.ops.contains(user) && isElementwise(user) && shape(user->getResult(0)) == shape(value);
      if (!isOwn)
        return false;
      values.insert(user->result_begin(), user->result_end());
    }
  return true;
}
} // namespace

/// Of arithmetic, with reductions of rows or without, an input of the output's shape, unless a kernel beside it or a
/// transposition reads it. What runs after a reduction that is a result may read an input later.
SmallVector<Value> ComputeOp::overwritable(Value output) {
  Block &block = getBody().front();
  auto yield = cast<YieldOp>(block.getTerminator());
  unsigned result = llvm::find(getOutputs(), output) - getOutputs().begin();
  SmallVector<FusedPart> parts = partsOf(block);
  auto part = llvm::find_if(parts, [&](FusedPart &p) { return llvm::is_contained(p.results, result); });
  auto isInPlace = [&](Operation *op) {
    bool isResult = llvm::any_of(op->getUsers(), [&](Operation *user) { return user == yield; });
    return isArithmetic(op) || (isRowReduction(op) && !isResult);
  };
  if (!llvm::all_of(part->ops, isInPlace))
    return {};
  SmallVector<Value> inputs;
  for (auto [input, argument] : llvm::zip_equal(getInputs(), block.getArguments()))
    if (input.getType() == output.getType() && isReadInPlace(argument, *part, yield))
      inputs.push_back(input);
  return inputs;
}

SmallVector<Value> LaunchOp::reads() { return SmallVector<Value>(getInputs()); }
SmallVector<Value> LaunchOp::writes() { return SmallVector<Value>(getOutputs()); }

namespace {
template <typename OpTy> SmallVector<Value> contractionReads(OpTy step) {
  SmallVector<Value> all{step.getSrc(), step.getWeights()};
  for (Value optional : {step.getBias(), step.getResidual()})
    if (optional)
      all.push_back(optional);
  return all;
}
template <typename OpTy> SmallVector<Value> residualOf(OpTy step) {
  return step.getResidual() ? SmallVector<Value>{step.getResidual()} : SmallVector<Value>();
}
} // namespace

SmallVector<Value> ConvStepOp::reads() { return contractionReads(*this); }
SmallVector<Value> ConvStepOp::writes() { return {getDst()}; }
SmallVector<Value> ConvStepOp::overwritable(Value) {
  return getKeepsResidual() ? SmallVector<Value>() : residualOf(*this);
}
SmallVector<Value> MatmulStepOp::reads() { return contractionReads(*this); }
SmallVector<Value> MatmulStepOp::writes() { return {getDst()}; }
SmallVector<Value> MatmulStepOp::overwritable(Value) { return residualOf(*this); }

SmallVector<Value> ConvInputGradientStepOp::reads() { return {getSrc(), getOther()}; }
SmallVector<Value> ConvInputGradientStepOp::writes() { return {getDst()}; }
SmallVector<Value> ConvWeightGradientStepOp::reads() { return {getSrc(), getOther()}; }
SmallVector<Value> ConvWeightGradientStepOp::writes() { return {getDst()}; }

SmallVector<Value> CollectiveStepOp::reads() { return SmallVector<Value>(getSrcs()); }
SmallVector<Value> CollectiveStepOp::writes() { return SmallVector<Value>(getDsts()); }
SmallVector<Value> CollectiveStepOp::overwritable(Value output) {
  if (getKind() != CollectiveKind::Sum && getKind() != CollectiveKind::Max)
    return {};
  return {getSrcs()[llvm::find(getDsts(), output) - getDsts().begin()]};
}
LogicalResult CollectiveStepOp::verify() {
  auto elements = [](Value value) { return cast<MemRefType>(value.getType()).getNumElements(); };
  for (auto [src, dst] : llvm::zip_equal(getSrcs(), getDsts())) {
    bool fits = getKind() == CollectiveKind::AllGather ? elements(dst) % elements(src) == 0
                : getKind() == CollectiveKind::Sum || getKind() == CollectiveKind::Max
                    ? src.getType() == dst.getType()
                    : elements(src) % elements(dst) == 0;
    if (!fits)
      return emitOpError("sources and destinations differ");
  }
  return success();
}
