// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// gpu.module in the LLVM dialect -> LLVM IR -> PTX (LLVM's NVPTX backend) -> cubin (Ptxas.h). No device library is
// linked.

#include "passes/Cuda/GpuCode.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/ConvertToLLVM/ToLLVMPass.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/NVVMToLLVM/NVVMToLLVM.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/GPU/GPUToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"

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

constexpr StringLiteral nvptxTriple = "nvptx64-nvidia-cuda";

/// What convert-gpu-to-nvvm makes of a gpu.func's known sizes.
constexpr StringLiteral gridAttrName = "gpu.known_grid_size", blockAttrName = "gpu.known_block_size";

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
  module.walk([&](LLVM::LLVMFuncOp func) {
    auto grid = func->getAttrOfType<DenseI32ArrayAttr>(gridAttrName);
    auto block = func->getAttrOfType<DenseI32ArrayAttr>(blockAttrName);
    if (grid && block)
      kernels.push_back({func.getName().str(), grid[0], block[0]});
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

/// The module's gpu.module, null if it has none; an error if there are several.
static FailureOr<gpu::GPUModuleOp> theGpuModule(ModuleOp module) {
  auto modules = llvm::to_vector(module.getOps<gpu::GPUModuleOp>());
  if (modules.size() > 1)
    return module.emitError("has more than one gpu.module");
  return modules.empty() ? gpu::GPUModuleOp() : modules.front();
}

LogicalResult dpsims::compileToPtx(ModuleOp module, StringRef chip, std::string &ptx) {
  ptx.clear();
  FailureOr<gpu::GPUModuleOp> kernels = theGpuModule(module);
  if (failed(kernels) || !*kernels)
    return kernels;
  return emitPtx(*kernels, chip, ptx);
}

LogicalResult dpsims::compileForCuda(ModuleOp module, ArrayRef<std::string> chips, GpuCode &code) {
  code = {};
  FailureOr<gpu::GPUModuleOp> kernels = theGpuModule(module);
  if (failed(kernels) || !*kernels)
    return kernels;
  KernelCode::Image oldest;
  for (const std::string &chip : chips) {
    std::string ptx;
    if (failed(emitPtx(*kernels, chip, ptx)))
      return failure();
    FailureOr<KernelCode::Image> cubin = assemble(module.getLoc(), chip, ptx, code.usage);
    if (failed(cubin))
      return failure();
    code.images.push_back(std::move(*cubin));
    if (oldest.code.empty())
      oldest = {"ptx", chip, llvm::SmallVector<char, 0>(ptx.begin(), ptx.end()), {}};
  }
  code.images.push_back(std::move(oldest));
  return success();
}
