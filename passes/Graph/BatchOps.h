// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Ops on two batches, images one by one along axis 0, as one op on both.

#ifndef DPSIMS_PASSES_GRAPH_BATCHOPS_H
#define DPSIMS_PASSES_GRAPH_BATCHOPS_H

#include "dialect/Builders.h"

namespace dpsims {

/// Whether two runs of an op on operands of these roles are one on both batches.
bool mergesAlongBatch(mlir::Operation *op, llvm::ArrayRef<BatchRole> roles);

/// Convolutions and products with a matrix: worth joining two batches that no merged op made.
bool canJoinImages(mlir::Operation *op);

/// The op on both batches, like one that is for one of them.
mlir::Operation *makeForBoth(mlir::OpBuilder &builder, mlir::Location location, mlir::Operation *like,
                             mlir::ValueRange operands);

/// The part of one run, 0 or 1, of a result for both; its type is that of `like`, the run's own.
mlir::Value halfOf(mlir::OpBuilder &builder, mlir::Value both, int64_t run, mlir::Value like);

} // namespace dpsims

#endif
