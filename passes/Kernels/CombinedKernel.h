// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Several kernel functions as one: what launches once for many small tensors.

#ifndef DPSIMS_PASSES_KERNELS_COMBINEDKERNEL_H
#define DPSIMS_PASSES_KERNELS_COMBINEDKERNEL_H

#include "dialect/Dialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/MapVector.h"

namespace dpsims {

/// Kernels that do not depend on one another. The grid of the combined one is theirs, one after another; a point
/// finds its kernel by bisection. Private buffers of one type are shared: a point belongs to one kernel. A kernel may
/// have tails, which the last of its points runs.
class CombinedKernel {
public:
  explicit CombinedKernel(mlir::Location location) : location(location) {}

  /// Takes the function, which it consumes, and what it is launched on.
  void add(mlir::func::FuncOp function, mlir::ValueRange inputs, mlir::ValueRange outputs);

  /// A kernel that reads what the one that was added last, or a tail of it, has written.
  void addTail(mlir::func::FuncOp function, mlir::ValueRange inputs, mlir::ValueRange outputs);

  /// The kernel, and what it is launched on. A buffer that several kernels read is one argument.
  mlir::func::FuncOp function();
  llvm::SmallVector<mlir::Value> inputs() const { return buffersOf(inputArguments); }
  llvm::SmallVector<mlir::Value> outputs() const { return buffersOf(outputArguments); }

private:
  using Arguments = llvm::MapVector<std::pair<mlir::Value, mlir::Type>, unsigned>; // their numbers, from 0 in each list

  struct Argument {
    bool isOutput;
    unsigned number;
  };
  struct Piece {
    mlir::func::FuncOp function;
    llvm::SmallVector<Argument> arguments;
    int64_t points;
  };
  struct Member {
    llvm::SmallVector<Piece> pieces; // the kernel, its tails
    int64_t end;                     // of its points
  };

  static llvm::SmallVector<mlir::Value> buffersOf(const Arguments &arguments);
  Piece pieceOf(mlir::func::FuncOp function, mlir::ValueRange inputs, mlir::ValueRange outputs, const Member *before);
  void place(mlir::OpBuilder &b, mlir::Value point, llvm::ArrayRef<Member> members, int64_t begin);
  void inlineMember(mlir::OpBuilder &b, mlir::Value point, const Member &member, int64_t begin);
  void inlineTail(mlir::OpBuilder &b, const Piece &tail);
  void inlinePiece(mlir::OpBuilder &b, mlir::Value point, const Piece &piece, int64_t begin);
  mlir::Value argument(mlir::OpBuilder &b, const Argument &argument, mlir::Type type);
  mlir::Value sharedBuffer(mlir::Type type, unsigned number);

  mlir::Location location;
  llvm::SmallVector<Member> members;
  Arguments inputArguments, outputArguments;
  mlir::func::FuncOp result;
  llvm::MapVector<std::pair<mlir::Type, unsigned>, mlir::Value> buffers;
};

} // namespace dpsims

#endif
