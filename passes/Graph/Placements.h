// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What each of several ranks has of the values of a graph.

#ifndef DPSIMS_PASSES_GRAPH_PLACEMENTS_H
#define DPSIMS_PASSES_GRAPH_PLACEMENTS_H

#include "dialect/Builders.h"

#include "llvm/ADT/DenseSet.h"

namespace dpsims {

/// What a rank has of a value.
enum class Placement {
  replicated, ///< all of it, as every other rank
  sharded,    ///< its part along an axis: 0, unless a transposition has moved the batch
  local       ///< numbers of its own part, as a mean over its images: of the value's shape, unlike those of others
};

/// Where the values of a graph are, found from its inputs on. The graph stays as it is. What cannot be split by the
/// batch is an error.
class Placements {
public:
  Placements(GraphOp graph, int64_t ranks, bool localStatistics);

  bool succeeded() const { return isWhole; }
  Placement of(mlir::Value value) const { return places.lookup(value); }
  bool isSharded(mlir::Value value) const { return of(value) == Placement::sharded; }
  int64_t axisOf(mlir::Value value) const { return axes.lookup(value); }
  bool anySharded() const;

  /// Whether a rank repeats a value for its own images only: a broadcast along axis 0.
  bool isRepeated(mlir::OpOperand &operand) const { return repeated.contains(&operand); }

  /// Whether each rank computes the op for itself.
  bool isDivided(mlir::Operation *op) const;

private:
  llvm::LogicalResult place(mlir::Operation *op);
  mlir::FailureOr<Placement> placeInput(InputOp input) const;
  mlir::FailureOr<Placement> placeResult(mlir::Operation *op);
  llvm::LogicalResult placeGradient(GradientOp gradient);
  llvm::SmallVector<BatchRole> rolesOf(mlir::Operation *op) const;
  bool mergesRepeated(BatchedOpInterface op);
  bool isMoved(mlir::Operation *op) const;
  llvm::LogicalResult placeMoved(mlir::Operation *op);
  std::optional<int64_t> movedAxis(mlir::Operation *op) const;
  std::optional<int64_t> reshapedAxis(llvm::ArrayRef<int64_t> from, int64_t axis, llvm::ArrayRef<int64_t> to) const;
  llvm::LogicalResult checkEnd(mlir::Operation *op) const;
  llvm::LogicalResult checkDivides(mlir::Operation *op, mlir::Value value) const;
  llvm::LogicalResult refuse(mlir::Operation *op) const;

  int64_t ranks;
  bool localStatistics;
  bool isWhole = true;
  llvm::DenseMap<mlir::Value, Placement> places; // replicated if it is not there
  llvm::DenseMap<mlir::Value, int64_t> axes;     // of sharded ones; 0 if it is not there
  llvm::DenseSet<mlir::OpOperand *> repeated;
};

} // namespace dpsims

#endif
