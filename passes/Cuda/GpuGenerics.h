// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the lowering of kernels for CUDA asks of a linalg.generic and its operands.

#ifndef DPSIMS_PASSES_CUDA_GPUGENERICS_H
#define DPSIMS_PASSES_CUDA_GPUGENERICS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace dpsims {

inline unsigned lastDim(mlir::linalg::GenericOp op) { return op.getNumLoops() - 1; }

bool isReduction(mlir::linalg::GenericOp op, unsigned dim);

/// The number of elements along the last dimension; 1 without dimensions, ShapedType::kDynamic if it is not known.
int64_t lastSize(mlir::linalg::GenericOp op);

/// Whether the last dimension is reduced.
bool reducesLast(mlir::linalg::GenericOp op);

/// An output that no reduction dimension indexes is accumulated; any other is stored element by element.
bool isAccumulated(mlir::linalg::GenericOp op, mlir::OpOperand *output);

/// Whether the operand's last index is the generic's last dimension.
bool followsLast(mlir::linalg::GenericOp op, mlir::OpOperand *operand);

/// The operation by which the payload accumulates the output, null if it is not a single commutative one.
mlir::Operation *combinerOf(mlir::linalg::GenericOp op, mlir::OpOperand *output);

/// Fails with a diagnostic where threads cannot share the work of a generic, which is of the form of kernels.
llvm::LogicalResult verifyGeneric(mlir::linalg::GenericOp op);

/// The private buffer or the argument that a view is of.
mlir::Value memoryOf(mlir::Value view);

/// Whether the argument of a kernel function shares memory with no other, one of the two being written.
bool isDisjoint(mlir::BlockArgument argument);

/// Whether the kernel function writes its argument.
bool isWritten(mlir::BlockArgument argument);

} // namespace dpsims

#endif
