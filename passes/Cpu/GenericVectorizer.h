// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A linalg.generic of a kernel becomes vector loops (CPU): what the files of its parts share.

#ifndef DPSIMS_PASSES_CPU_GENERICVECTORIZER_H
#define DPSIMS_PASSES_CPU_GENERICVECTORIZER_H

#include "passes/Cpu/VectorSegments.h"
#include "passes/Kernels/KernelForm.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <optional>

namespace dpsims {

/// How an operand is reached from the lanes of the last dimension.
enum class Access { Uniform, Contiguous, Strided };

/// Makes vector loops of a linalg.generic. No load is moved across a store of another element: an output may be the
/// same buffer as an input.
class GenericVectorizer {
public:
  GenericVectorizer(mlir::linalg::GenericOp op, int64_t width)
      : op(op), b(op.getLoc(), op), width(width), sizes(op.getStaticLoopRanges()),
        iterators(op.getIteratorTypesArray()), ivs(sizes.size()), reductions(*matchReductions(op)) {}

  /// Replaces the generic, which is of the form of kernels.
  void run();

private:
  using Values = llvm::SmallVector<mlir::Value>;
  using Body = llvm::function_ref<Values(mlir::ValueRange)>;
  using CutBody = llvm::function_ref<Values(mlir::Value, llvm::ArrayRef<Segment>, mlir::ValueRange)>;

  // Loops.
  Values forLoop(int64_t upper, int64_t step, mlir::ValueRange inits,
                 llvm::function_ref<Values(mlir::Value, mlir::ValueRange)> body);
  Values nest(llvm::ArrayRef<unsigned> dims, mlir::ValueRange inits, Body body);
  Values overCut(const Cut &cut, mlir::ValueRange inits, CutBody body);
  llvm::SmallVector<unsigned> dims(mlir::utils::IteratorType type, bool withLast) const;

  // The three shapes of code.
  void lowerParallel();
  void computeParallel(mlir::Value base, llvm::ArrayRef<Segment> segments);
  std::optional<unsigned> transposedDim();
  void lowerReductionOfLast();
  void lowerReductionOfOthers();
  void reduceTile(llvm::ArrayRef<unsigned> reduced, mlir::Value base, llvm::ArrayRef<Segment> tile);

  // Memory.
  mlir::Value constantIndex(int64_t value);
  Access access(mlir::OpOperand &operand);
  mlir::Value index(int64_t offset, mlir::Value base);
  Values indices(mlir::OpOperand &operand, mlir::Value lastIndex);
  mlir::Value load(mlir::OpOperand &operand, mlir::Value base, const Segment &segment);
  mlir::Value loadStrided(mlir::OpOperand &operand, mlir::Value base, const Segment &segment);
  void store(mlir::Value value, mlir::OpOperand &operand, mlir::Value base, const Segment &segment);
  void loadUniform();
  Values loadAll(mlir::Value base, const Segment &segment);

  // Payload.
  Values compute(mlir::Value base, const Segment &segment, llvm::ArrayRef<mlir::Value> loaded);
  mlir::Value computeIndex(mlir::linalg::IndexOp op, mlir::Value base, const Segment &segment);
  mlir::Value widen(mlir::Value value, int64_t lanes);
  mlir::Type laneType(mlir::Type type, int64_t lanes) const;
  int64_t unrollFactor();

  // Reductions.
  mlir::Value mask(const Segment &segment);
  mlir::Value neutral(const KernelReduction &reduction, int64_t lanes);
  mlir::Value combine(const KernelReduction &reduction, mlir::Value a, mlir::Value b);
  mlir::Value combineAll(const KernelReduction &reduction, llvm::ArrayRef<mlir::Value> values);
  mlir::Value acrossLanes(const KernelReduction &reduction, mlir::Value value);

  bool isReduction() { return op.getNumReductionLoops() != 0; }
  unsigned last() const { return sizes.size() - 1; }

  mlir::linalg::GenericOp op;
  mlir::ImplicitLocOpBuilder b;
  int64_t width;
  llvm::SmallVector<int64_t> sizes;
  llvm::SmallVector<mlir::utils::IteratorType> iterators;
  Values ivs;     // of the loops around the insertion point; not that of the last dimension's lanes
  Values uniform; // scalars of the operands that do not depend on the last dimension
  llvm::SmallVector<KernelReduction> reductions; // one for each output
};

} // namespace dpsims

#endif
