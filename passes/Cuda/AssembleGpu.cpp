// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// gpu.module becomes gpu.binary with two objects, PTX and cubin: what lit needs to see that kernels assemble.

#include "passes/Cuda/GpuCode.h"
#include "passes/Cuda/GpuToNVVM.h"
#include "passes/Cuda/Passes.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "passes/Statistics.h"

namespace dpsims {
#define GEN_PASS_DEF_ASSEMBLEGPU
#include "passes/Cuda/Passes.h.inc"
} // namespace dpsims

using namespace mlir;

namespace {

struct AssembleGpu : dpsims::impl::AssembleGpuBase<AssembleGpu> {
  using AssembleGpuBase::AssembleGpuBase;

  void getDependentDialects(DialectRegistry &registry) const override { dpsims::registerGpuCodeDependencies(registry); }

  void runOnOperation() override {
    auto modules = llvm::to_vector(getOperation().getOps<gpu::GPUModuleOp>());
    dpsims::GpuCode code;
    OpPassManager lowering(ModuleOp::getOperationName());
    dpsims::addGpuToNVVM(lowering);
    if (failed(runPipeline(lowering, getOperation())) || failed(dpsims::compileForCuda(getOperation(), {chip}, code)))
      return signalPassFailure();
    StringRef cubin = textOf(code, "cubin"), ptx = textOf(code, "ptx");
    dpsims::recordStatistics(getOperation(), getArgument(),
                             {{"ptx-bytes", int64_t(ptx.size())}, {"code-bytes", int64_t(cubin.size())}});
    for (gpu::GPUModuleOp module : modules)
      replace(module, ptx, cubin);
  }

  static StringRef textOf(const dpsims::GpuCode &code, StringRef format) {
    for (const dpsims::KernelCode::Image &image : code.images)
      if (image.format == format)
        return {image.code.data(), image.code.size()};
    return {};
  }

  void replace(gpu::GPUModuleOp module, StringRef ptx, StringRef cubin) {
    OpBuilder b(module);
    auto target = NVVM::NVVMTargetAttr::get(b.getContext(), /*optLevel=*/3, "nvptx64-nvidia-cuda", chip);
    auto object = [&](gpu::CompilationTarget format, StringRef text) -> Attribute {
      return gpu::ObjectAttr::get(b.getContext(), target, format, b.getStringAttr(text), DictionaryAttr(),
                                  gpu::KernelTableAttr());
    };
    Attribute objects[] = {object(gpu::CompilationTarget::Assembly, ptx),
                           object(gpu::CompilationTarget::Binary, cubin)};
    gpu::BinaryOp::create(b, module.getLoc(), module.getName(), Attribute(), objects);
    module.erase();
  }
};

} // namespace
