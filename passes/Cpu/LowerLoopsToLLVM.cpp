// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// CPU: from vector loops to the LLVM dialect, each kernel under the runtime's calling convention.

#include "passes/Cpu/Passes.h"
#include "passes/Statistics.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace dpsims {
#define GEN_PASS_DEF_LOWERLOOPSTOLLVM
#include "passes/Cpu/Passes.h.inc"
} // namespace dpsims

using namespace mlir;

namespace {

// a * b + c may become one operation; nothing else that changes results is allowed: a conversion to a narrower float
// and back would go.
void allowContraction(func::FuncOp func) {
  func.walk([](arith::ArithFastMathInterface op) {
    if (isa<arith::TruncFOp, arith::ExtFOp>(op))
      return;
    arith::FastMathFlags flags =
        op.getFastMathFlagsAttr() ? op.getFastMathFlagsAttr().getValue() : arith::FastMathFlags::none;
    op->setAttr(op.getFastMathAttrName(),
                arith::FastMathFlagsAttr::get(op->getContext(), flags | arith::FastMathFlags::contract));
  });
}

// erf(x) = x P(x^2) / Q(x^2), the minimax fit of relative error 2e-8 on |x| <= 3.94; beyond, erf is 1 in f32. MLIR's
// own is piecewise: every lane computes all pieces.
struct RationalErf : OpRewritePattern<math::ErfOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::ErfOp op, PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value x = clamp(b, op.getOperand(), 3.94f);
    Value square = arith::MulFOp::create(b, x, x);
    Value p = polynomial(b, square,
                         {1.1283791065216064f, 0.1911478489637375f, 0.052830614149570465f, 0.003793149022385478f,
                          0.000284746551187709f, 2.0342754396551754e-06f});
    Value q = polynomial(b, square,
                         {1.0f, 0.502733051776886f, 0.11440089344978333f, 0.015024765394628048f, 0.001167819369584322f,
                          3.792135612457059e-05f});
    Value ratio = arith::DivFOp::create(b, arith::MulFOp::create(b, x, p), q);
    rewriter.replaceOp(op, clamp(b, ratio, 1.0f));
    return success();
  }

  static Value constant(ImplicitLocOpBuilder &b, Type type, float value) {
    TypedAttr attr = b.getF32FloatAttr(value);
    if (auto vector = dyn_cast<VectorType>(type))
      attr = SplatElementsAttr::get(vector, Attribute(attr));
    return arith::ConstantOp::create(b, attr);
  }

  // To -bound .. bound; comparisons of this form keep NaN and are one instruction.
  static Value clamp(ImplicitLocOpBuilder &b, Value x, float bound) {
    Value high = constant(b, x.getType(), bound), low = constant(b, x.getType(), -bound);
    Value above = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x, high);
    x = arith::SelectOp::create(b, above, high, x);
    Value below = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, low);
    return arith::SelectOp::create(b, below, low, x);
  }

  static Value polynomial(ImplicitLocOpBuilder &b, Value x, ArrayRef<float> coefficients) {
    Value result = constant(b, x.getType(), coefficients.back());
    for (float coefficient : llvm::reverse(coefficients.drop_back()))
      result = math::FmaOp::create(b, result, x, constant(b, x.getType(), coefficient));
    return result;
  }
};

// The functions of libm as polynomials, subviews as address arithmetic.
LogicalResult expand(func::FuncOp func) {
  RewritePatternSet patterns(func.getContext());
  patterns.add<RationalErf>(func.getContext());
  populateMathPolynomialApproximationPatterns(patterns, [](StringRef name) {
    return llvm::is_contained({"math.tanh", "math.exp", "math.expm1", "math.log", "math.log1p"}, name);
  });
  memref::populateExpandStridedMetadataPatterns(patterns);
  arith::populateCeilFloorDivExpandOpsPatterns(patterns);
  return applyPatternsGreedily(func, std::move(patterns));
}

LogicalResult lowerControlFlow(func::FuncOp func) {
  RewritePatternSet patterns(func.getContext());
  populateAffineToStdConversionPatterns(patterns);
  populateSCFToControlFlowConversionPatterns(patterns);
  ConversionTarget target(*func.getContext());
  target.addIllegalDialect<affine::AffineDialect, scf::SCFDialect>();
  target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  return applyPartialConversion(func, target, std::move(patterns));
}

void removeDuplicates(func::FuncOp func) {
  IRRewriter rewriter(func.getContext());
  DominanceInfo dominance(func);
  eliminateCommonSubExpressions(rewriter, dominance, func);
}

LogicalResult lowerToLLVM(ArrayRef<Operation *> kernels, MLIRContext *context) {
  LowerToLLVMOptions options(context);
  options.useBarePtrCallConv = true;
  LLVMTypeConverter types(context, options);
  RewritePatternSet patterns(context);
  arith::populateArithToLLVMConversionPatterns(types, patterns);
  populateMathToLLVMConversionPatterns(types, patterns);
  populateVectorToLLVMConversionPatterns(types, patterns);
  populateFinalizeMemRefToLLVMConversionPatterns(types, patterns);
  cf::populateControlFlowToLLVMConversionPatterns(types, patterns);
  populateFuncToLLVMConversionPatterns(types, patterns);
  LLVMConversionTarget target(*context);
  return applyFullConversion(kernels, target, std::move(patterns));
}

// `name` gets the runtime's signature and calls the kernel proper, which LLVM inlines into it.
void wrap(LLVM::LLVMFuncOp kernel) {
  StringAttr name = kernel.getSymNameAttr();
  ImplicitLocOpBuilder b(kernel.getLoc(), kernel);
  Type pointer = LLVM::LLVMPointerType::get(b.getContext()), index = b.getI64Type();
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()), {pointer, index, index});
  auto wrapper = LLVM::LLVMFuncOp::create(b, name, type);
  kernel.setSymName((name.getValue() + ".body").str());
  kernel.setLinkage(LLVM::Linkage::Internal);
  kernel.setAlwaysInline(true);

  Block *entry = wrapper.addEntryBlock(b);
  b.setInsertionPointToStart(entry);
  SmallVector<Value> args;
  for (unsigned i = 0, e = kernel.getNumArguments() - 2; i < e; ++i) {
    Value slot = LLVM::GEPOp::create(b, pointer, pointer, entry->getArgument(0), ArrayRef<LLVM::GEPArg>{int32_t(i)});
    args.push_back(LLVM::LoadOp::create(b, pointer, slot));
  }
  args.push_back(entry->getArgument(1));
  args.push_back(entry->getArgument(2));
  LLVM::CallOp::create(b, kernel, args);
  LLVM::ReturnOp::create(b, ValueRange());
}

struct LowerLoopsToLLVM : dpsims::impl::LowerLoopsToLLVMBase<LowerLoopsToLLVM> {
  using LowerLoopsToLLVMBase::LowerLoopsToLLVMBase;

  void runOnOperation() override {
    SmallVector<Operation *> kernels;
    SmallVector<StringAttr> names;
    for (auto func : getOperation().getOps<func::FuncOp>()) {
      if (!func->hasAttr("dpsims.kernel"))
        continue;
      if (failed(prepare(func)))
        return signalPassFailure();
      kernels.push_back(func);
      names.push_back(func.getSymNameAttr());
    }
    if (failed(lowerToLLVM(kernels, &getContext())))
      return signalPassFailure();
    SymbolTable symbols(getOperation());
    for (StringAttr name : names)
      wrap(symbols.lookup<LLVM::LLVMFuncOp>(name));
    dpsims::recordStatistics(getOperation(), getArgument(), {{"kernels", int64_t(names.size())}});
  }

  LogicalResult prepare(func::FuncOp func) {
    unsigned args = func.getNumArguments();
    if (args < 2 || !func.getArgumentTypes()[args - 2].isIndex() || !func.getArgumentTypes()[args - 1].isIndex())
      return func.emitOpError("is a kernel that lower-kernels-to-loops has not lowered");
    func->removeAttr("dpsims.kernel");
    allowContraction(func);
    if (failed(expand(func)) || failed(lowerControlFlow(func)))
      return failure();
    removeDuplicates(func);
    return success();
  }
};

} // namespace
