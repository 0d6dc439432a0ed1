// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Cuda/Passes.h"
#include "passes/Statistics.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include "llvm/ADT/TypeSwitch.h"

namespace dpsims {
#define GEN_PASS_DEF_EXPANDGPUMATH
#include "passes/Cuda/Passes.h.inc"
} // namespace dpsims

using namespace mlir;

namespace {

/// exp(x) = 2^h (1 + l ln 2), where h = x log2(e) rounded and l what the rounding lost: ex2.approx alone would multiply
/// the rounding error by x. Outside of the clamp's bounds the result is infinity or 0.
struct ExpandExp : OpRewritePattern<math::ExpOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::ExpOp op, PatternRewriter &b) const override {
    if (!op.getType().isF32())
      return failure();
    Location loc = op.getLoc();
    auto f32 = [&](double value) -> Value {
      return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(static_cast<float>(value)));
    };
    const double log2e = 1.4426950408889634, rounded = static_cast<float>(log2e);
    Value x = arith::MinimumFOp::create(b, loc, op.getOperand(), f32(89.0));
    x = arith::MaximumFOp::create(b, loc, x, f32(-104.0));
    Value high = arith::MulFOp::create(b, loc, x, f32(log2e));
    Value negated = arith::NegFOp::create(b, loc, high);
    Value low = math::FmaOp::create(b, loc, x, f32(log2e), negated);
    low = math::FmaOp::create(b, loc, x, f32(log2e - rounded), low);
    Value power = math::Exp2Op::create(b, loc, high);
    Value correction = math::FmaOp::create(b, loc, low, f32(0.6931471805599453), f32(1.0));
    b.replaceOpWithNewOp<arith::MulFOp>(op, power, correction);
    return success();
  }
};

/// f16 by intrinsics that LLVM does not look into: it would compute in f16 what it finds to be the same.
struct ExtendHalf : OpRewritePattern<arith::ExtFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::ExtFOp op, PatternRewriter &b) const override {
    if (!op.getIn().getType().isF16() || !op.getType().isF32())
      return failure();
    Value bits = arith::BitcastOp::create(b, op.getLoc(), b.getI16Type(), op.getIn());
    b.replaceOpWithNewOp<LLVM::CallIntrinsicOp>(op, op.getType(), b.getStringAttr("llvm.convert.from.fp16.f32"), bits);
    return success();
  }
};

struct TruncateToHalf : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncFOp op, PatternRewriter &b) const override {
    if (!op.getType().isF16() || !op.getIn().getType().isF32())
      return failure();
    auto bits = LLVM::CallIntrinsicOp::create(b, op.getLoc(), b.getI16Type(),
                                              b.getStringAttr("llvm.convert.to.fp16.f32"), op.getIn());
    b.replaceOpWithNewOp<arith::BitcastOp>(op, op.getType(), bits.getResult(0));
    return success();
  }
};

/// The LLVM intrinsic that NVPTX has an instruction for, empty if none. The two approximations are good to 2 ulp.
StringRef nativeIntrinsic(Operation *op) {
  return llvm::TypeSwitch<Operation *, StringRef>(op)
      .Case([](math::AbsFOp) { return "llvm.fabs.f32"; })
      .Case([](math::CeilOp) { return "llvm.ceil.f32"; })
      .Case([](math::CopySignOp) { return "llvm.copysign.f32"; })
      .Case([](math::Exp2Op) { return "llvm.exp2.f32"; })
      .Case([](math::FloorOp) { return "llvm.floor.f32"; })
      .Case([](math::FmaOp) { return "llvm.fma.f32"; })
      .Case([](math::RoundOp) { return "llvm.round.f32"; })
      .Case([](math::RoundEvenOp) { return "llvm.roundeven.f32"; })
      .Case([](math::RsqrtOp) { return "llvm.nvvm.rsqrt.approx.f"; })
      .Case([](math::SqrtOp) { return "llvm.sqrt.f32"; })
      .Case([](math::TruncOp) { return "llvm.trunc.f32"; })
      .Default([](Operation *) { return ""; });
}

/// Named intrinsics pass convert-gpu-to-nvvm untouched; it would call libdevice for the math dialect's ops.
LogicalResult useIntrinsics(gpu::GPUModuleOp module) {
  SmallVector<Operation *> ops;
  module.walk([&](Operation *op) {
    if (isa_and_nonnull<math::MathDialect>(op->getDialect()))
      ops.push_back(op);
  });
  for (Operation *op : ops) {
    StringRef name = nativeIntrinsic(op);
    if (name.empty() || !op->getResult(0).getType().isF32())
      return op->emitOpError("on ") << op->getResult(0).getType() << " has no implementation for CUDA";
    OpBuilder b(op);
    auto call = LLVM::CallIntrinsicOp::create(b, op->getLoc(), op->getResult(0).getType(), b.getStringAttr(name),
                                              op->getOperands());
    op->replaceAllUsesWith(call);
    op->erase();
  }
  return success();
}

LogicalResult expandMath(gpu::GPUModuleOp module) {
  RewritePatternSet patterns(module.getContext());
  patterns.add<ExpandExp, ExtendHalf, TruncateToHalf>(module.getContext());
  populateMathPolynomialApproximationPatterns(
      patterns, [](StringRef name) { return !llvm::is_contained({"math.exp", "math.exp2", "math.rsqrt"}, name); });
  arith::populateCeilFloorDivExpandOpsPatterns(patterns);
  return applyPatternsGreedily(module, std::move(patterns));
}

int64_t countMath(gpu::GPUModuleOp module) {
  int64_t count = 0;
  module.walk([&](Operation *op) { count += isa_and_nonnull<math::MathDialect>(op->getDialect()); });
  return count;
}

struct ExpandGpuMath : dpsims::impl::ExpandGpuMathBase<ExpandGpuMath> {
  void runOnOperation() override {
    int64_t before = countMath(getOperation());
    if (failed(expandMath(getOperation())))
      return signalPassFailure();
    int64_t left = countMath(getOperation());
    if (failed(useIntrinsics(getOperation())))
      return signalPassFailure();
    dpsims::recordStatistics(getOperation(), getArgument(), {{"functions", before}, {"instructions", left}});
  }
};

} // namespace
