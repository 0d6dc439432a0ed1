// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Graph/KernelOrder.h"
#include "passes/Graph/UpdateFusion.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_GROUPKERNELS
#include "passes/Passes.h.inc"

namespace {

struct GroupKernels : impl::GroupKernelsBase<GroupKernels> {
  using impl::GroupKernelsBase<GroupKernels>::GroupKernelsBase;

  void runOnOperation() override {
    Block &block = getOperation().getBody().front();
    int64_t fusedUpdates = fuseUpdates(block), groups = 0, grouped = 0;
    std::vector<SmallVector<Operation *>> launches = KernelOrder(block, small, ahead).run();
    bool anyGroup = llvm::any_of(launches, [](auto &ops) { return ops.size() > 1; });
    for (ArrayRef<Operation *> ops : anyGroup ? ArrayRef(launches) : ArrayRef<SmallVector<Operation *>>()) {
      if (ops.size() == 1) {
        ops.front()->moveBefore(&block, block.end());
        continue;
      }
      ++groups;
      grouped += ops.size();
      OpBuilder builder = OpBuilder::atBlockEnd(&block);
      joinFused(builder, llvm::map_to_vector(ops, [](Operation *op) { return cast<FusedOp>(op); }));
    }
    recordStatistics(getOperation(), getArgument(),
                     {{"fused-updates", fusedUpdates}, {"groups", groups}, {"grouped", grouped}});
  }
};

} // namespace
} // namespace dpsims
