// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// gpu.module -> LLVM dialect -> LLVM IR -> PTX (LLVM's NVPTX backend) -> cubin (Ptxas.h). No device library is linked:
// what the hardware lacks (tanh, erf, log, ...) is expanded into arithmetic first.

#include "passes/Cuda/GpuCode.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/ConvertToLLVM/ToLLVMPass.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/NVVMToLLVM/NVVMToLLVM.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Affine/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/GPU/GPUToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"

extern "C" {
void LLVMInitializeNVPTXTargetInfo();
void LLVMInitializeNVPTXTarget();
void LLVMInitializeNVPTXTargetMC();
void LLVMInitializeNVPTXAsmPrinter();
}

using namespace mlir;

namespace {

//===--------------------------------------------------------------------------------------------------------------===//
// Mathematics
//===--------------------------------------------------------------------------------------------------------------===//

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

/// f16 by instructions that LLVM looks into no further: it would compute in f16 what it finds to be the same.
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
  if (failed(applyPatternsGreedily(module, std::move(patterns))))
    return failure();
  return useIntrinsics(module);
}

//===--------------------------------------------------------------------------------------------------------------===//
// LLVM IR
//===--------------------------------------------------------------------------------------------------------------===//

LogicalResult lowerToNvvm(ModuleOp module) {
  PassManager manager(module.getContext());
  OpPassManager &passes = manager.nest<gpu::GPUModuleOp>();
  passes.addPass(memref::createExpandStridedMetadataPass());
  passes.addPass(affine::createAffineExpandIndexOpsPass());
  passes.addPass(createLowerAffinePass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(createSCFToControlFlowPass());
  ConvertGpuOpsToNVVMOpsOptions options;
  options.useBarePtrCallConv = true;
  passes.addPass(createConvertGpuOpsToNVVMOps(options));
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  return manager.run(module);
}

constexpr StringLiteral nvptxTriple = "nvptx64-nvidia-cuda";

/// 90 of "sm_90a"; 0 where there is none.
unsigned chipNumber(StringRef chip) {
  unsigned number = 0;
  if (chip.consume_front("sm_"))
    chip.take_while(llvm::isDigit).getAsInteger(10, number);
  return number;
}

/// PTX 8.0, which drivers since CUDA 12.0 take; for chips that it does not have, the oldest version that knows them,
/// which is LLVM's choice where none is named.
StringRef ptxFeature(StringRef chip) {
  unsigned number = chipNumber(chip);
  return number <= 90 && number != 88 ? "+ptx80" : "";
}

const llvm::Target *nvptxTarget(std::string &error) {
  LLVMInitializeNVPTXTargetInfo();
  LLVMInitializeNVPTXTarget();
  LLVMInitializeNVPTXTargetMC();
  LLVMInitializeNVPTXAsmPrinter();
  return llvm::TargetRegistry::lookupTarget(llvm::Triple(nvptxTriple), error);
}

std::unique_ptr<llvm::TargetMachine> createTargetMachine(Location loc, StringRef chip) {
  std::string error;
  const llvm::Target *target = nvptxTarget(error);
  if (!target) {
    emitError(loc) << "this LLVM cannot generate code for CUDA: " << error;
    return nullptr;
  }
  if (!dpsims::isKnownCudaChip(chip)) {
    emitError(loc) << "unknown CUDA chip '" << chip << "' (a name like sm_90 is wanted)";
    return nullptr;
  }
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Fast; // a multiplication and an addition become one fma
  return std::unique_ptr<llvm::TargetMachine>(
      target->createTargetMachine(llvm::Triple(nvptxTriple), chip, ptxFeature(chip), options, std::nullopt));
}

/// A name without a body would only be noticed by the driver.
LogicalResult verifyClosed(Location loc, const llvm::Module &module) {
  for (const llvm::Function &function : module)
    if (function.isDeclaration() && !function.isIntrinsic())
      return emitError(loc) << "a kernel calls '" << function.getName() << "', which CUDA code does not have";
  return success();
}

void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  // A kernel of several finds its part by comparisons: as a table of jumps they would be slower.
  for (llvm::Function &function : module)
    function.addFnAttr("no-jump-tables", "true");
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graphs;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graphs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graphs, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3).run(module, modules);
}

LogicalResult emitPtx(gpu::GPUModuleOp module, StringRef chip, std::string &ptx) {
  std::unique_ptr<llvm::TargetMachine> machine = createTargetMachine(module.getLoc(), chip);
  if (!machine)
    return failure();
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> ir = translateModuleToLLVMIR(module, context, "kernels");
  if (!ir)
    return failure();
  ir->setTargetTriple(machine->getTargetTriple());
  ir->setDataLayout(machine->createDataLayout());
  if (failed(verifyClosed(module.getLoc(), *ir)))
    return failure();
  optimize(*ir, *machine);
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  llvm::legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, stream, nullptr, llvm::CodeGenFileType::AssemblyFile))
    return emitError(module.getLoc(), "this LLVM cannot write PTX");
  passes.run(*ir);
  ptx = text.str().str();
  return success();
}

} // namespace

void dpsims::registerGpuCodeDependencies(DialectRegistry &registry) {
  registry.insert<affine::AffineDialect, arith::ArithDialect, cf::ControlFlowDialect, gpu::GPUDialect,
                  LLVM::LLVMDialect, math::MathDialect, memref::MemRefDialect, NVVM::NVVMDialect, scf::SCFDialect,
                  ub::UBDialect, vector::VectorDialect>();
  registerConvertToLLVMDependentDialectLoading(registry);
  arith::registerConvertArithToLLVMInterface(registry);
  cf::registerConvertControlFlowToLLVMInterface(registry);
  registerConvertMemRefToLLVMInterface(registry);
  registerConvertNVVMToLLVMInterface(registry);
  ub::registerConvertUBToLLVMInterface(registry);
  registerBuiltinDialectTranslation(registry);
  registerGPUDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
}

std::vector<dpsims::GpuKernel> dpsims::gpuKernels(ModuleOp module) {
  std::vector<GpuKernel> kernels;
  module.walk([&](gpu::GPUFuncOp func) {
    if (func.isKernel() && func.getKnownGridSize() && func.getKnownBlockSize())
      kernels.push_back({func.getName().str(), func.getKnownGridSize()->front(), func.getKnownBlockSize()->front()});
  });
  return kernels;
}

bool dpsims::isKnownCudaChip(StringRef chip) {
  std::string error;
  const llvm::Target *target = nvptxTarget(error);
  if (!target || !chip.starts_with("sm_"))
    return false;
  std::unique_ptr<llvm::MCSubtargetInfo> chips(target->createMCSubtargetInfo(llvm::Triple(nvptxTriple), "", ""));
  return chips->isCPUStringValid(chip);
}

SmallVector<std::string> dpsims::sortedChips(ArrayRef<std::string> names) {
  SmallVector<std::string> chips;
  for (StringRef name : names)
    if (!llvm::is_contained(chips, name.trim()))
      chips.push_back(name.trim().str());
  llvm::sort(chips, [](const std::string &a, const std::string &b) {
    return std::make_pair(chipNumber(a), a) < std::make_pair(chipNumber(b), b);
  });
  return chips;
}

/// A copy of the module whose gpu.module is in the LLVM dialect; none if there is an error.
static OwningOpRef<ModuleOp> lowerCopy(ModuleOp module) {
  auto kernels = module.getOps<gpu::GPUModuleOp>();
  if (!llvm::hasSingleElement(kernels)) {
    module.emitError("has more than one gpu.module");
    return {};
  }
  OwningOpRef<ModuleOp> copy(ModuleOp::create(module.getLoc()));
  auto gpuModule = cast<gpu::GPUModuleOp>(*OpBuilder::atBlockEnd(copy->getBody()).clone(**kernels.begin()));
  if (failed(expandMath(gpuModule)) || failed(lowerToNvvm(*copy)))
    return {};
  return copy;
}

LogicalResult dpsims::compileToPtx(ModuleOp module, StringRef chip, std::string &ptx) {
  ptx.clear();
  if (module.getOps<gpu::GPUModuleOp>().empty())
    return success();
  OwningOpRef<ModuleOp> copy = lowerCopy(module);
  return copy ? emitPtx(*copy->getOps<gpu::GPUModuleOp>().begin(), chip, ptx) : failure();
}

LogicalResult dpsims::compileForCuda(ModuleOp module, ArrayRef<std::string> chips, GpuCode &code) {
  code = {};
  if (module.getOps<gpu::GPUModuleOp>().empty())
    return success();
  OwningOpRef<ModuleOp> copy = lowerCopy(module);
  if (!copy)
    return failure();
  gpu::GPUModuleOp gpuModule = *copy->getOps<gpu::GPUModuleOp>().begin();
  for (const std::string &chip : chips) {
    std::string ptx;
    if (failed(emitPtx(gpuModule, chip, ptx)) ||
        failed(assemble(module.getLoc(), chip, ptx, code.cubins.emplace_back())))
      return failure();
    if (code.ptx.empty())
      code.ptx = std::move(ptx);
  }
  return success();
}
