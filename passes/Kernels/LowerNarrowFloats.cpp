// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Floats of 16 bits in kernels become integers: no target's code generator sees bf16, for which older chips have no
// instructions, and all round alike.

#include "dialect/Scalars.h"
#include "passes/Kernels/KernelForm.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace dpsims {
#define GEN_PASS_DEF_LOWERNARROWFLOATS
#include "passes/Passes.h.inc"
} // namespace dpsims

using namespace mlir;
using namespace dpsims;

namespace {

Type storedType(Type type) {
  if (auto memref = dyn_cast<MemRefType>(type))
    return MemRefType::Builder(memref).setElementType(storedType(memref.getElementType()));
  return isNarrowFloat(type) ? IntegerType::get(type.getContext(), 16) : type;
}

/// The f32 of which the 16 bits are the upper half.
Value extendBFloat(ImplicitLocOpBuilder &b, Value bits) {
  Value low = arith::ExtUIOp::create(b, b.getI32Type(), bits);
  return arith::BitcastOp::create(b, b.getF32Type(), arith::ShLIOp::create(b, low, integer(b, 16)).getResult());
}

/// The upper half of an f32, rounded to nearest, halves to even; the same for every NaN.
Value truncateToBFloat(ImplicitLocOpBuilder &b, Value x) {
  Value bits = arith::BitcastOp::create(b, b.getI32Type(), x);
  Value odd = arith::AndIOp::create(b, arith::ShRUIOp::create(b, bits, integer(b, 16)).getResult(), integer(b, 1));
  Value sum = arith::AddIOp::create(b, arith::AddIOp::create(b, bits, integer(b, 0x7fff)).getResult(), odd);
  Value isNan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, x, x);
  Value half = arith::ShRUIOp::create(b, sum, integer(b, 16));
  return arith::TruncIOp::create(b, b.getI16Type(), arith::SelectOp::create(b, isNan, integer(b, 0x7fc0), half));
}

Value extend(ImplicitLocOpBuilder &b, Value bits, Type narrow) {
  if (narrow.isBF16())
    return extendBFloat(b, bits);
  return arith::ExtFOp::create(b, b.getF32Type(), arith::BitcastOp::create(b, narrow, bits).getResult());
}

Value truncate(ImplicitLocOpBuilder &b, Value x, Type narrow) {
  if (narrow.isBF16())
    return truncateToBFloat(b, x);
  return arith::BitcastOp::create(b, b.getI16Type(), arith::TruncFOp::create(b, narrow, x).getResult());
}

struct LowerNarrowFloats : dpsims::impl::LowerNarrowFloatsBase<LowerNarrowFloats> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (!isKernel(func))
      return;
    if (failed(matchKernelForm(func)))
      return signalPassFailure();
    int64_t conversions = 0;
    func.walk([&](arith::ExtFOp op) { conversions += convert(op); }); // while its operand's type says what to do
    func.walk([&](arith::TruncFOp op) { conversions += convert(op); });
    func.walk([&](arith::ConstantOp op) { convert(op); });
    func.walk([&](Block *block) {
      for (BlockArgument argument : block->getArguments())
        argument.setType(storedType(argument.getType()));
    });
    func.walk([&](Operation *op) {
      for (Value result : op->getResults())
        if (!isa<arith::BitcastOp, arith::TruncFOp>(op)) // those of f16
          result.setType(storedType(result.getType()));
    });
    func.setType(FunctionType::get(&getContext(), func.getBody().getArgumentTypes(), {}));
    dpsims::recordStatistics(func, getArgument(), {{"conversions", conversions}});
  }

  static bool convert(arith::ExtFOp op) {
    ImplicitLocOpBuilder b(op.getLoc(), op);
    Type narrow = op.getIn().getType();
    return isNarrowFloat(narrow) && replace(op, extend(b, op.getIn(), narrow));
  }

  static bool convert(arith::TruncFOp op) {
    ImplicitLocOpBuilder b(op.getLoc(), op);
    return isNarrowFloat(op.getType()) && replace(op, truncate(b, op.getIn(), op.getType()));
  }

  static bool convert(arith::ConstantOp op) {
    ImplicitLocOpBuilder b(op.getLoc(), op);
    if (!isNarrowFloat(op.getType()))
      return false;
    APInt bits = cast<FloatAttr>(op.getValue()).getValue().bitcastToAPInt();
    return replace(op, arith::ConstantOp::create(b, b.getIntegerAttr(b.getI16Type(), bits)));
  }

  static bool replace(Operation *op, Value by) {
    op->getResult(0).replaceAllUsesWith(by);
    op->erase();
    return true;
  }
};

} // namespace
