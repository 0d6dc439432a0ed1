// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// In which order a graph's ops run, so that small kernels run together.

#ifndef DPSIMS_PASSES_KERNELORDER_H
#define DPSIMS_PASSES_KERNELORDER_H

#include "dialect/Dialect.h"

#include "llvm/ADT/SetVector.h"

#include <set>

namespace dpsims {

/// Library ops and large kernels stay in their order. Small kernels and updates of weights wait until one of those needs
/// them; then all small ones that can run do so together, and with an update all others that can.
class KernelOrder {
public:
  /// `small`: bytes of intermediate results that a small kernel reads and writes at most.
  KernelOrder(mlir::Block &block, int64_t small);

  /// The ops of the block in their new order; those that run together, which are all `fused`, as one entry.
  std::vector<llvm::SmallVector<mlir::Operation *>> run();

private:
  enum class Kind { Free, Fixed, Small, Update }; // Free: nothing is computed

  struct Node {
    mlir::Operation *op;
    Kind kind;
    llvm::SmallVector<unsigned> needs; // nodes whose results it reads
    llvm::SmallVector<unsigned> after; // nodes that read what it overwrites
    bool done = false;
  };

  Kind kindOf(mlir::Operation *op, int64_t small) const;
  void addNeeds();
  void addReaders();
  bool isReady(const Node &node, bool strict) const;
  void require(unsigned number);
  void collectNeeded(unsigned number, std::set<unsigned> &needed) const;
  llvm::SmallVector<unsigned> choose(const std::set<unsigned> &needed, bool strict) const;
  void launch(llvm::ArrayRef<unsigned> numbers);
  void finish(unsigned number);

  mlir::Block &block;
  std::vector<Node> nodes;
  std::vector<llvm::SmallVector<unsigned>> users;
  llvm::DenseMap<mlir::Operation *, unsigned> numberOf;
  std::set<unsigned> waiting; // small kernels and updates that have not run
  std::vector<llvm::SmallVector<mlir::Operation *>> order;
};

} // namespace dpsims

#endif
