// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// In which order a graph's ops run, so that small kernels run together.

#ifndef DPSIMS_PASSES_GRAPH_KERNELORDER_H
#define DPSIMS_PASSES_GRAPH_KERNELORDER_H

#include "dialect/Dialect.h"

#include "llvm/ADT/SetVector.h"

#include <set>

namespace dpsims {

/// Library ops and large kernels stay in their order. Others wait until one of those needs them; then all small ones
/// that can run do so together, with an update all other updates, and with a large kernel of weights alone the next
/// such ones.
class KernelOrder {
public:
  /// `small`: bytes of intermediate results that a small kernel reads and writes at most. `ahead`: bytes of results
  /// that large kernels may make before they are needed.
  KernelOrder(mlir::Block &block, int64_t small, int64_t ahead);

  /// The ops of the block in their new order; those that run together, which are all `fused`, as one entry.
  std::vector<llvm::SmallVector<mlir::Operation *>> run();

private:
  /// Free: nothing is computed. Ahead: large results of weights, inputs and small intermediate results.
  enum class Kind { Free, Fixed, Small, Update, Ahead };

  struct Node {
    mlir::Operation *op;
    Kind kind;
    llvm::SmallVector<unsigned> needs; // nodes whose results it reads
    llvm::SmallVector<unsigned> after; // nodes that read what it overwrites
    bool done = false;
  };

  Kind kindOf(mlir::Operation *op) const;
  void addNeeds();
  void addReaders();
  bool isReady(const Node &node, bool strict) const;
  void require(unsigned number);
  void collectNeeded(unsigned number, std::set<unsigned> &needed) const;
  llvm::SmallVector<unsigned> choose(const std::set<unsigned> &needed, bool strict) const;
  void launch(llvm::ArrayRef<unsigned> numbers);
  void finish(unsigned number);
  void placeOutputs();

  mlir::Block &block;
  int64_t small, ahead;
  std::vector<Node> nodes;
  std::vector<llvm::SmallVector<unsigned>> users;
  llvm::DenseMap<mlir::Operation *, unsigned> numberOf;
  std::set<unsigned> waiting; // neither free nor fixed, and have not run
  llvm::SmallVector<mlir::Operation *> outputs;
  size_t placed = 0; // of the outputs
  std::vector<llvm::SmallVector<mlir::Operation *>> order;
};

} // namespace dpsims

#endif
