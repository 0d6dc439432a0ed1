// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Graph/KernelOrder.h"
#include "passes/Graph/UpdateFusion.h"
#include "passes/Passes.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_GROUPKERNELS
#include "passes/Passes.h.inc"

namespace {

struct GroupKernels : impl::GroupKernelsBase<GroupKernels> {
  using impl::GroupKernelsBase<GroupKernels>::GroupKernelsBase;

  void runOnOperation() override {
    Block &block = getOperation().getBody().front();
    fusedUpdates += fuseUpdates(block);
    std::vector<SmallVector<Operation *>> launches = KernelOrder(block, small, ahead).run();
    if (llvm::all_of(launches, [](auto &ops) { return ops.size() == 1; }))
      return;
    for (ArrayRef<Operation *> ops : launches) {
      if (ops.size() == 1) {
        ops.front()->moveBefore(&block, block.end());
        continue;
      }
      ++groups;
      grouped += ops.size();
      OpBuilder builder = OpBuilder::atBlockEnd(&block);
      joinFused(builder, llvm::map_to_vector(ops, [](Operation *op) { return cast<FusedOp>(op); }));
    }
  }
};

} // namespace
} // namespace dpsims
