// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The gradients of convolutions and matrix products that read one input.

#ifndef DPSIMS_PASSES_GRAPH_SIBLINGGRADIENTS_H
#define DPSIMS_PASSES_GRAPH_SIBLINGGRADIENTS_H

#include "passes/Graph/LiveProfile.h"
#include "passes/Graph/Siblings.h"

namespace dpsims {

/// The gradients of siblings' results are joined. Then one op makes the gradient of all their weights, one the sum of
/// the gradients of their input, one reduction those of their biases.
class SiblingGradients {
public:
  SiblingGradients(mlir::Block &block, LiveProfile &profile, int64_t small)
      : block(block), profile(profile), small(small) {}

  void merge();

  llvm::SmallVector<mlir::Operation *> gone; // ops that nothing reads any more
  unsigned weightGradients = 0, inputGradients = 0;

private:
  /// What is made of the gradient of one op's result.
  struct Member {
    mlir::Value gradient;
    mlir::Operation *weights;         // the gradient of the weights
    mlir::Operation *input = nullptr; // that of the input
    mlir::Operation *bias = nullptr;  // a sum over all but channels
  };
  using Members = llvm::SmallVector<Member>;

  std::optional<Member> memberOf(mlir::Operation *weights, const SiblingForm &form);
  void mergeOf(llvm::ArrayRef<mlir::Operation *> candidates);
  bool fits(const Members &members, const Member &next);
  static mlir::Operation *lastOf(const Members &members);
  static bool areReadBehind(const Members &members, mlir::Operation *last);
  static bool haveOneSum(const Members &members);
  llvm::SmallVector<LiveProfile::Wait> waitsOf(const Members &members);

  void apply(Members members, const SiblingForm &form);
  void mergeInputs(const Members &members, mlir::OpBuilder &builder, mlir::Value joined);
  void mergeBiases(const Members &members, mlir::OpBuilder &builder, mlir::Value joined);
  void readSlices(const Members &members, mlir::OpBuilder &builder, mlir::Value joined);
  void moveReaders(mlir::Operation *first, mlir::OpBuilder &builder);
  void drop(mlir::Operation *op);

  mlir::Block &block;
  LiveProfile &profile;
  int64_t small;
};

} // namespace dpsims

#endif
