// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the steps of a schedule read, write and may overwrite.
#include "dialect/Dialect.h"

using namespace mlir;
using namespace dpsims;

SmallVector<Value> LoadWeightOp::reads() { return {}; }
SmallVector<Value> LoadWeightOp::writes() { return {getDst()}; }

SmallVector<Value> StoreConstantOp::reads() { return {getSrc()}; }
SmallVector<Value> StoreConstantOp::writes() { return {}; }

SmallVector<Value> ComputeOp::reads() { return SmallVector<Value>(getInputs()); }
SmallVector<Value> ComputeOp::writes() { return SmallVector<Value>(getOutputs()); }

/// Of elementwise arithmetic alone an input of the output's shape is read only where the output is written.
SmallVector<Value> ComputeOp::overwritable() {
  if (getOutputs().size() != 1)
    return {};
  auto type = cast<MemRefType>(getOutputs()[0].getType());
  for (Operation &op : getBody().front().without_terminator()) {
    auto constant = dyn_cast<ConstantOp>(op);
    bool plain = constant ? !isa<ArrayAttr>(constant.getValue()) : isElementwise(&op);
    if (!plain)
      return {};
  }
  return llvm::filter_to_vector(getInputs(), [&](Value input) { return input.getType() == type; });
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
/// cuDNN's engines may write elements of the result before they have read others of the residual.
SmallVector<Value> ConvStepOp::overwritable() {
  return isForCuda(*this) ? SmallVector<Value>() : residualOf(*this);
}
SmallVector<Value> MatmulStepOp::reads() { return contractionReads(*this); }
SmallVector<Value> MatmulStepOp::writes() { return {getDst()}; }
SmallVector<Value> MatmulStepOp::overwritable() { return residualOf(*this); }

SmallVector<Value> ConvInputGradientStepOp::reads() { return {getSrc(), getOther()}; }
SmallVector<Value> ConvInputGradientStepOp::writes() { return {getDst()}; }
SmallVector<Value> ConvWeightGradientStepOp::reads() { return {getSrc(), getOther()}; }
SmallVector<Value> ConvWeightGradientStepOp::writes() { return {getDst()}; }
