// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Compiler/Target.h"
#include "passes/Cuda/GpuCode.h"
#include "passes/Cuda/GpuToNVVM.h"
#include "passes/Cuda/Passes.h"
#include "passes/Passes.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace dpsims {
namespace {

/// Blocks of a kernel that keep a large GPU busy: 8 for each of 132 multiprocessors.
constexpr int64_t manyBlocks = 132 * 8;

/// About 4 blocks for each of them: enough where each has much to do. Channels that a block takes of a sum over pixels.
constexpr int64_t someBlocks = 512, blockChannels = 16;

struct CudaTarget : CompilerTarget {
  StringRef name() const override { return "cuda"; }
  StringRef chipHelp() const override { return "one or several as sm_80,sm_90 (default sm_90)"; }
  std::string defaultChip() const override { return "sm_90"; }
  bool takesSeveralChips() const override { return true; }
  bool hasTf32() const override { return true; }

  PipelineTuning tuning() const override {
    PipelineTuning tuning;
    tuning.mergeBatches = true;   // a GPU is told of half as many steps; on a CPU no gain was seen
    tuning.fuseAttention.reset(); // the library's tensor cores are faster
    tuning.decompose.vectorProducts = true;
    // Slices that may be copied for a library, and what may be alive. The estimate knows neither of the weights that
    // are joined nor of gaps between buffers, and the plan's peak should not rise.
    tuning.mergeSiblings.emplace();
    tuning.mergeSiblings->small = 1 << 20;
    tuning.mergeSiblings->peak = 0.7;
    tuning.splitReductions.points = someBlocks;
    tuning.splitReductions.channels = blockChannels;
    tuning.splitReductions.anyAxes = true;
    tuning.packWeights = true;
    tuning.sinkReshapes = true;
    tuning.attachTails = true;
    // What a GPU reads and writes in the time of a few launches, so that several at a time pay; on a CPU what waits
    // would leave the caches. The weights of a layer are made this much before it runs.
    tuning.groupKernels.small = 1 << 25;
    tuning.groupKernels.ahead = 1 << 26;
    tuning.schedule.keepResiduals = true; // cuDNN's engines may write elements of a result before they read others
    // Each thread of a block adds up but a part of the terms; lower-kernels-to-gpu gathers grid points into blocks.
    tuning.lowerKernels.points = manyBlocks;
    tuning.lowerKernels.lanes = blockChannels;
    tuning.lowerKernels.chunk = 1024;
    tuning.lowerKernels.terms = 1 << 16;
    tuning.lowerKernels.gathers = false;
    tuning.lowerKernels.tails = true;
    return tuning;
  }

  void registerDialects(DialectRegistry &registry) const override { registerGpuCodeDependencies(registry); }
  void registerPasses() const override {
    registerCudaPasses();
    registerGpuToNVVM();
  }

  LogicalResult checkChips(MLIRContext *context, ArrayRef<std::string> chips, bool assembles) const override {
    auto fail = [&](const Twine &message) { return emitError(UnknownLoc::get(context), "--chip " + message); };
    std::vector<std::string> assembled;
    if (assembles)
      assembled = ptxasChips();
    for (StringRef name : sortedChips(chips)) {
      if (name.empty())
        return fail(llvm::join(chips, ",") + ": a name is missing; several are wanted as sm_80,sm_90");
      if (!isKnownCudaChip(name))
        return fail(name + ": LLVM knows no such NVIDIA chip; a name like sm_90 is wanted, and dpsims-run info "
                           "--devices tells that of a GPU");
      if (!assembled.empty() && !llvm::is_contained(assembled, name))
        return fail(name + ": ptxas of this toolkit has no " + name + ": it has " +
                    llvm::join(sortedChips(assembled), ", "));
    }
    return success();
  }

  void addCodePasses(OpPassManager &manager, ArrayRef<std::string>) const override {
    manager.nest<func::FuncOp>().addPass(createLowerNarrowFloats());
    manager.addPass(createMarkDisjointArguments());
    manager.addPass(createLowerKernelsToGpu());
    addGpuToNVVM(manager);
  }

  LogicalResult generateCode(ModuleOp module, ArrayRef<std::string> chips, KernelCode &code) const override {
    SmallVector<std::string> names = sortedChips(chips);
    GpuCode gpu;
    if (failed(compileForCuda(module, names, gpu)))
      return failure();
    code.kernels = gpuKernels(module);
    code.report = usageTable(gpu, code.kernels);
    code.images = std::move(gpu.images);
    return success();
  }
};

} // namespace

std::unique_ptr<CompilerTarget> createCudaTarget() { return std::make_unique<CudaTarget>(); }

} // namespace dpsims
