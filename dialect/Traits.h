// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What an op of the graph is to the passes. Traits.td lists them for the ops' definitions.

#ifndef DPSIMS_DIALECT_TRAITS_H
#define DPSIMS_DIALECT_TRAITS_H

#include "mlir/IR/OpDefinition.h"

namespace dpsims {

/// There before a program's first step: inputs, weights, constants.
template <typename OpTy> class SourceOp : public mlir::OpTrait::TraitBase<OpTy, SourceOp> {};

/// A generated kernel computes it.
template <typename OpTy> class KernelOp : public mlir::OpTrait::TraitBase<OpTy, KernelOp> {};

/// Each element of the result can be computed by itself, in the kernel that reads it.
template <typename OpTy> class Pointwise : public mlir::OpTrait::TraitBase<OpTy, Pointwise> {};

/// Each element of the result is one of the operand's, or follows from its index: there is nothing to compute.
template <typename OpTy> class PicksElements : public mlir::OpTrait::TraitBase<OpTy, PicksElements> {};

/// Not pointwise itself, but its kernel computes pointwise operands where it reads them.
template <typename OpTy> class FusesProducers : public mlir::OpTrait::TraitBase<OpTy, FusesProducers> {};

/// Constant almost everywhere: no derivative passes.
template <typename OpTy> class ZeroGradient : public mlir::OpTrait::TraitBase<OpTy, ZeroGradient> {};

} // namespace dpsims

#endif
