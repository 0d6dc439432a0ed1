// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What several passes on graphs need.

#ifndef DPSIMS_PASSES_GRAPH_GRAPHUTILS_H
#define DPSIMS_PASSES_GRAPH_GRAPHUTILS_H

#include "dialect/Builders.h"
#include "dialect/FusedParts.h"

#include "llvm/ADT/DenseSet.h"

namespace dpsims {

/// The values of a block that depend on constants and on weights that the program does not change.
class WeightOnly {
public:
  explicit WeightOnly(mlir::Block &block);
  bool contains(mlir::Value value) const { return values.contains(value); }
  /// For values made after the analysis.
  void insert(mlir::Value value) { values.insert(value); }

private:
  llvm::DenseSet<mlir::Value> values;
};

// What ops are: their definitions say it.
inline bool isPicking(mlir::Operation *op) { return op->hasTrait<PicksElements>(); }
inline bool isLibraryOp(mlir::Operation *op) { return llvm::isa<LibraryOpInterface>(op); }
inline bool isContraction(mlir::Operation *op) { return llvm::isa<ContractionOpInterface>(op); }
inline bool stopsGradients(mlir::Operation *op) { return op->hasTrait<ZeroGradient>(); }
inline bool isSource(mlir::Operation *op) { return op->hasTrait<SourceOp>(); }

/// The bytes of a tensor.
int64_t bytesOf(mlir::Value value);

/// A reshape has the memory of what it reshapes.
mlir::Value storageOf(mlir::Value value);

/// Erases an op that nothing reads, and what it alone has read.
void eraseUnused(mlir::Operation *op);

/// Fused ops, in an order in which they can run, as one at the builder's place. What nothing else reads
/// is not a result, but for reductions and what is reshaped: that is read from memory.
FusedOp joinFused(mlir::OpBuilder &builder, llvm::ArrayRef<FusedOp> ops);

} // namespace dpsims

#endif
