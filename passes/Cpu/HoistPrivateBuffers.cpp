// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// CPU: a kernel's private buffers are on the stack of the thread, all at the function's beginning.

#include "passes/Cpu/Passes.h"
#include "passes/Kernels/KernelForm.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Statistics.h"

namespace dpsims {
#define GEN_PASS_DEF_HOISTPRIVATEBUFFERS
#include "passes/Cpu/Passes.h.inc"
} // namespace dpsims

using namespace mlir;

namespace {

// What all of a kernel's private buffers may take of a thread's stack.
constexpr int64_t maxStackBytes = 1 << 20;

// An alloca in a loop would take new stack in every round.
/// The bytes of the buffers that were moved.
FailureOr<int64_t> hoistAllocas(func::FuncOp func) {
  SmallVector<memref::AllocaOp> allocas;
  func.walk([&](memref::AllocaOp op) { allocas.push_back(op); });
  int64_t bytes = 0;
  for (memref::AllocaOp op : llvm::reverse(allocas)) {
    Block &entry = func.getBody().front();
    op->moveBefore(&entry, entry.begin());
    if (!op.getAlignment())
      op.setAlignment(64);
    bytes += op.getType().getNumElements() * llvm::divideCeil(op.getType().getElementTypeBitWidth(), 8);
  }
  if (bytes > maxStackBytes)
    return func.emitOpError("kernel has ") << bytes << " bytes of private buffers, more than " << maxStackBytes;
  return bytes;
}

struct HoistPrivateBuffers : dpsims::impl::HoistPrivateBuffersBase<HoistPrivateBuffers> {
  void runOnOperation() override {
    if (!dpsims::isKernel(getOperation()))
      return;
    FailureOr<int64_t> bytes = hoistAllocas(getOperation());
    if (failed(bytes))
      return signalPassFailure();
    dpsims::recordStatistics(getOperation(), getArgument(), {{"bytes", *bytes}});
  }
};

} // namespace
