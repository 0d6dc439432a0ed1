// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_FUSEEPILOGUES
#include "passes/Passes.h.inc"

namespace {

/// Takes the activation over; true if it did.
bool takeActivation(ContractionOpInterface library, Operation *user) {
  auto activation = dyn_cast<ActivationOpInterface>(user);
  if (!activation || library.hasEpilogue())
    return false;
  library.setActivationAttr(StringAttr::get(user->getContext(), stringifyActivationKind(activation.activation())));
  if (Attribute alpha = activation.activationAlpha())
    library.setAlphaAttr(alpha);
  if (Attribute beta = activation.activationBeta())
    library.setBetaAttr(beta);
  user->getResult(0).replaceAllUsesWith(library->getResult(0));
  user->erase();
  return true;
}

/// Takes a sum with a value of the same shape over; true if it did. The library op moves down to the sum, where the
/// other summand is known.
bool takeResidual(ContractionOpInterface library, Operation *user) {
  auto sum = dyn_cast<AddOp>(user);
  if (!sum || library.getResidual())
    return false;
  Value other = sum.getLhs() == library->getResult(0) ? sum.getRhs() : sum.getLhs();
  if (other.getType() != library->getResult(0).getType() || other == library->getResult(0))
    return false;
  // ResNet's relu(x + y): one kernel for both is less work than a sum here and a pass over the result.
  if (user->hasOneUse() && isa<ActivationOpInterface>(*user->user_begin()))
    return false;
  library->moveBefore(user);
  library.getResidualMutable().assign(other);
  user->getResult(0).replaceAllUsesWith(library->getResult(0));
  user->erase();
  return true;
}

struct FuseEpilogues : impl::FuseEpiloguesBase<FuseEpilogues> {
  void runOnOperation() override {
    SmallVector<ContractionOpInterface> contractions(getOperation().getBody().front().getOps<ContractionOpInterface>());
    int64_t activations = 0, residuals = 0;
    // From the last to the first: of two summands that could take the sum the later one does, whose other is ready.
    for (ContractionOpInterface library : llvm::reverse(contractions))
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
