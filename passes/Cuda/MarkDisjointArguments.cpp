// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tells kernels which of their arguments never share memory with others, by the plan of the steps that launch them.

#include "passes/Cuda/Passes.h"
#include "passes/Schedule/Liveness.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "passes/Statistics.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_MARKDISJOINTARGUMENTS
#include "passes/Cuda/Passes.h.inc"

namespace {

/// Whether two operands of a step may have a byte in common.
bool mayOverlap(Value a, Value b) {
  auto x = rootOf(a).getDefiningOp<BufferOp>(), y = rootOf(b).getDefiningOp<BufferOp>();
  if (!x || !y || x == y)
    return true;
  if (x.getSpace() != y.getSpace())
    return false;
  bool isPlanned = x.getSpace() == BufferSpace::Arena || x.getSpace() == BufferSpace::Load;
  if (!isPlanned)
    return x.getIndex() == y.getIndex() && x.getName() == y.getName();
  if (!x.getOffset() || !y.getOffset())
    return true;
  return *x.getOffset() < *y.getOffset() + byteSize(y) && *y.getOffset() < *x.getOffset() + byteSize(x);
}

/// The arguments of a launch that share memory with another, where the kernel writes one of the two.
llvm::BitVector sharedArguments(LaunchOp launch) {
  OperandRange operands = launch->getOperands();
  size_t inputs = launch.getInputs().size();
  llvm::BitVector shared(operands.size());
  for (size_t i = 0; i < operands.size(); ++i)
    for (size_t j = std::max(i + 1, inputs); j < operands.size(); ++j)
      if (mayOverlap(operands[i], operands[j]))
        shared.set(i), shared.set(j);
  return shared;
}

struct MarkDisjointArguments : impl::MarkDisjointArgumentsBase<MarkDisjointArguments> {
  void runOnOperation() override {
    llvm::StringMap<llvm::BitVector> shared; // by kernel, over all of its launches
    getOperation().walk([&](LaunchOp launch) {
      llvm::BitVector here = sharedArguments(launch);
      auto [known, isNew] = shared.try_emplace(launch.getKernel(), here);
      if (!isNew)
        known->second |= here;
    });
    int64_t disjoint = 0;
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (auto found = shared.find(func.getSymName()); found != shared.end())
        for (unsigned argument = 0; argument < func.getNumArguments(); ++argument)
          if (!found->second.test(argument)) {
            func.setArgAttr(argument, "dpsims.disjoint", UnitAttr::get(func.getContext()));
            ++disjoint;
          }
    recordStatistics(getOperation(), getArgument(), {{"disjoint", disjoint}});
  }
};

} // namespace
} // namespace dpsims
