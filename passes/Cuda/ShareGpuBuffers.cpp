// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Private buffers of a gpu.func become views of one workgroup buffer.

#include "passes/Cuda/Passes.h"
#include "passes/Statistics.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace dpsims {
#define GEN_PASS_DEF_SHAREGPUBUFFERS
#include "passes/Cuda/Passes.h.inc"
} // namespace dpsims

using namespace mlir;

namespace {

constexpr int64_t maxWorkgroupBytes = 48 * 1024; // what a launch gets without asking for more
constexpr int64_t alignment = 16;                // of the widest access to shared memory

gpu::AddressSpaceAttr workgroupSpace(MLIRContext *context) {
  return gpu::AddressSpaceAttr::get(context, gpu::AddressSpace::Workgroup);
}

int64_t bytesOf(MemRefType type) {
  return type.getNumElements() * int64_t(llvm::divideCeil(type.getElementTypeBitWidth(), 8));
}

/// The memory space is part of the types of all views.
LogicalResult moveToWorkgroup(Value view) {
  for (Operation *user : view.getUsers()) {
    if (isa<memref::LoadOp, memref::StoreOp, memref::DimOp>(user))
      continue;
    auto derived = dyn_cast<ViewLikeOpInterface>(user);
    if (!derived || user->getNumResults() != 1)
      return user->emitOpError("cannot take a private buffer of a kernel");
    auto type = cast<MemRefType>(user->getResult(0).getType());
    user->getResult(0).setType(MemRefType::Builder(type).setMemorySpace(workgroupSpace(user->getContext())));
    if (failed(moveToWorkgroup(user->getResult(0))))
      return failure();
  }
  return success();
}

/// The buffers that are used: of the others a linalg.generic took a size alone.
LogicalResult collectBuffers(gpu::GPUFuncOp func, SmallVectorImpl<memref::AllocaOp> &buffers) {
  SmallVector<memref::AllocaOp> unused;
  WalkResult walked = func.walk([&](memref::AllocaOp op) {
    if (!op.getType().hasStaticShape() || !op.getType().getLayout().isIdentity())
      return op.emitOpError("in a kernel must be static and contiguous"), WalkResult::interrupt();
    (op->use_empty() ? unused : buffers).push_back(op);
    return WalkResult::advance();
  });
  for (memref::AllocaOp op : unused)
    op.erase();
  return failure(walked.wasInterrupted());
}

struct ShareGpuBuffers : dpsims::impl::ShareGpuBuffersBase<ShareGpuBuffers> {
  void runOnOperation() override {
    SmallVector<memref::AllocaOp> buffers;
    if (failed(collectBuffers(getOperation(), buffers)))
      return signalPassFailure();
    if (!buffers.empty() && failed(share(buffers)))
      signalPassFailure();
  }

  LogicalResult share(ArrayRef<memref::AllocaOp> buffers) {
    gpu::GPUFuncOp func = getOperation();
    SmallVector<int64_t> offsets;
    int64_t bytes = 0;
    for (memref::AllocaOp op : buffers) {
      offsets.push_back(bytes);
      bytes += llvm::alignTo(bytesOf(op.getType()), alignment);
    }
    if (bytes > maxWorkgroupBytes)
      return func.emitOpError("needs ") << bytes << " bytes of buffers in a block, more than " << maxWorkgroupBytes;
    dpsims::recordStatistics(func, getArgument(), {{"buffers", int64_t(buffers.size())}, {"bytes", bytes}});
    Builder types(func.getContext());
    auto type = MemRefType::get({bytes}, types.getI8Type(), AffineMap(), workgroupSpace(func.getContext()));
    BlockArgument shared = func.addWorkgroupAttribution(type, func.getLoc());
    func.setWorkgroupAttributionAttr(func.getNumWorkgroupAttributions() - 1, LLVM::LLVMDialect::getAlignAttrName(),
                                     types.getI64IntegerAttr(alignment));
    for (auto [op, offset] : llvm::zip_equal(buffers, offsets))
      if (failed(replace(op, shared, offset)))
        return failure();
    return success();
  }

  LogicalResult replace(memref::AllocaOp op, Value shared, int64_t offset) {
    OpBuilder b(op);
    Value start = arith::ConstantIndexOp::create(b, op.getLoc(), offset);
    MemRefType type = MemRefType::Builder(op.getType()).setMemorySpace(workgroupSpace(op.getContext()));
    Value view = memref::ViewOp::create(b, op.getLoc(), type, shared, start, ValueRange());
    op.getResult().replaceAllUsesWith(view);
    op.erase();
    return moveToWorkgroup(view);
  }
};

} // namespace
