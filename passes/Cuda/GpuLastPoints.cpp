// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Cuda/GpuLastPoints.h"
#include "dialect/Dialect.h"
#include "passes/Cuda/GpuGenericLowering.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace dpsims {
namespace {

constexpr StringLiteral deviceScope = "device";

/// A variable of the module for each counter of the kernel.
LLVM::GlobalOp createCounters(gpu::GPUFuncOp func, size_t count) {
  OpBuilder b(func);
  auto type = LLVM::LLVMArrayType::get(b.getI32Type(), count);
  return LLVM::GlobalOp::create(b, func.getLoc(), type, /*isConstant=*/false, LLVM::Linkage::Internal,
                                (func.getName() + "_counters").str(), LLVM::ZeroAttr::get(b.getContext()),
                                /*alignment=*/4, unsigned(NVVM::NVVMMemorySpace::Global));
}

/// LLVM gives the NVPTX backend's atomics no order, whatever it is asked for: it is that of the fences beside them.
void createFence(OpBuilder &b, Location loc) {
  LLVM::FenceOp::create(b, loc, LLVM::AtomicOrdering::acq_rel, deviceScope);
}

class LastPointLowering {
public:
  LastPointLowering(LastPointOp op, Value thread) : op(op), thread(thread), b(op), loc(op.getLoc()) {}

  void run(LLVM::GlobalOp counters, int32_t number) {
    auto flag = memref::AllocaOp::create(b, loc, MemRefType::get({1}, b.getI32Type()));
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    gpu::BarrierOp::create(b, loc); // all threads have written
    {
      OpBuilder::InsertionGuard guard(b);
      createIfFirstThread(b, loc, thread);
      createFence(b, loc);
      Value before = count(counters, number);
      createFence(b, loc);
      memref::StoreOp::create(b, loc, before, flag, zero);
    }
    gpu::BarrierOp::create(b, loc);
    Value before = memref::LoadOp::create(b, loc, flag, zero);
    Value isLast = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, before, last());
    op.replaceAllUsesWith(isLast);
    op.erase();
  }

private:
  Value last() { return arith::ConstantIntOp::create(b, loc, b.getI32Type(), op.getCount() - 1); }

  /// How many blocks have come before. An increment at the last one leads to 0.
  Value count(LLVM::GlobalOp counters, int32_t number) {
    auto pointer = LLVM::LLVMPointerType::get(b.getContext(), counters.getAddrSpace());
    Value array = LLVM::AddressOfOp::create(b, loc, pointer, counters.getSymName());
    Value counter = LLVM::GEPOp::create(b, loc, pointer, counters.getType(), array, ArrayRef<LLVM::GEPArg>{0, number});
    return LLVM::AtomicRMWOp::create(b, loc, LLVM::AtomicBinOp::uinc_wrap, counter, last(),
                                     LLVM::AtomicOrdering::monotonic, deviceScope, /*alignment=*/4);
  }

  LastPointOp op;
  Value thread;
  OpBuilder b;
  Location loc;
};

} // namespace

void lowerLastPoints(gpu::GPUFuncOp func, Value thread) {
  SmallVector<LastPointOp> ops;
  func.walk([&](LastPointOp op) { ops.push_back(op); });
  if (ops.empty())
    return;
  LLVM::GlobalOp counters = createCounters(func, ops.size());
  for (auto [number, op] : llvm::enumerate(ops))
    LastPointLowering(op, thread).run(counters, number);
}

} // namespace dpsims
