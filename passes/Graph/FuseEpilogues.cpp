// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_FUSEEPILOGUES
#include "passes/Passes.h.inc"

namespace {

bool isActivation(Operation *op) { return isa<ReluOp, LeakyReluOp, ClampOp, SigmoidOp, SiluOp, GeluOp, TanhOp>(op); }

/// Takes the activation over; true if it did.
bool takeActivation(Operation *library, Operation *user) {
  if (!isActivation(user) || library->hasAttr("activation") || boolOr(library->getAttr("residual"), false))
    return false;
  Builder builder(user->getContext());
  library->setAttr("activation", builder.getStringAttr(user->getName().stripDialect()));
  if (auto leaky = dyn_cast<LeakyReluOp>(user))
    library->setAttr("alpha", leaky.getSlope());
  if (auto clamp = dyn_cast<ClampOp>(user)) {
    library->setAttr("alpha", clamp.getMin());
    library->setAttr("beta", clamp.getMax());
  }
  user->getResult(0).replaceAllUsesWith(library->getResult(0));
  user->erase();
  return true;
}

/// Takes a sum with a value of the same shape over; true if it did. The library op moves down to the sum, where the
/// other summand is known.
bool takeResidual(Operation *library, Operation *user) {
  if (!isa<AddOp>(user) || boolOr(library->getAttr("residual"), false))
    return false;
  Value other = user->getOperand(user->getOperand(0) == library->getResult(0) ? 1 : 0);
  if (other.getType() != library->getResult(0).getType() || other == library->getResult(0))
    return false;
  // ResNet's relu(x + y): one kernel for both is less work than a sum here and a pass over the result.
  if (user->hasOneUse() && isActivation(*user->user_begin()))
    return false;
  library->moveBefore(user);
  library->insertOperands(library->getNumOperands(), other);
  library->setAttr("residual", BoolAttr::get(user->getContext(), true));
  user->getResult(0).replaceAllUsesWith(library->getResult(0));
  user->erase();
  return true;
}

struct FuseEpilogues : impl::FuseEpiloguesBase<FuseEpilogues> {
  void runOnOperation() override {
    SmallVector<Operation *> libraryOps;
    for (Operation &op : getOperation().getBody().front())
      if (isContraction(&op))
        libraryOps.push_back(&op);
    int64_t activations = 0, residuals = 0;
    // From the last to the first: of two summands that could take the sum the later one does, whose other is ready.
    for (Operation *library : llvm::reverse(libraryOps))
      while (library->hasOneUse()) {
        Operation *user = *library->user_begin();
        if (takeActivation(library, user))
          ++activations;
        else if (takeResidual(library, user))
          ++residuals;
        else
          break;
      }
    recordStatistics(getOperation(), getArgument(), {{"activations", activations}, {"residuals", residuals}});
  }
};

} // namespace
} // namespace dpsims
