// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The parts of a fused op's body that have nothing to do with one another.

#ifndef DPSIMS_DIALECT_FUSEDPARTS_H
#define DPSIMS_DIALECT_FUSEDPARTS_H

#include "dialect/Dialect.h"

#include "llvm/ADT/SetVector.h"

namespace dpsims {

/// Ops of a body and the results that come from them, by number.
struct FusedPart {
  llvm::SetVector<mlir::Operation *> ops; // in the block's order
  llvm::SmallVector<unsigned> results;
};

/// The parts of the body of a `fused` or `compute`, in the order of their first results. Two parts share no op but
/// constants, of which each counts its own. Elementwise results of one shape that read an argument of that shape are
/// one part: a loop that reads it once.
llvm::SmallVector<FusedPart> partsOf(mlir::Block &body);

/// A reduction along the last axis alone, short enough for a kernel that keeps each row close while it works on it. In
/// a body it may come before an elementwise op on whole rows.
bool isRowReduction(mlir::Operation *op);

/// Elementwise arithmetic, constants, slices and transpositions: each element of a result is computed by itself.
bool isArithmetic(mlir::Operation *op);

/// Whether all that leads from the value to the op `last`, or ends before it, is elementwise and of the value's shape.
bool isElementwiseOn(mlir::Value value, mlir::Operation *last);

} // namespace dpsims

#endif
