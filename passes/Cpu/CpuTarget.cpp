// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Compiler/Target.h"
#include "passes/Cpu/CpuCode.h"
#include "passes/Cpu/KernelsToLoops.h"
#include "passes/Cpu/Passes.h"

using namespace mlir;

namespace dpsims {
namespace {

/// x86-64. Its tuning is the default.
struct CpuTarget : CompilerTarget {
  StringRef name() const override { return "cpu"; }
  StringRef chipHelp() const override { return "native (default) or an LLVM CPU name"; }
  std::string defaultChip() const override { return "native"; }

  void registerPasses() const override {
    registerCpuPasses();
    registerKernelsToLoops();
  }

  LogicalResult checkChips(MLIRContext *context, ArrayRef<std::string> chips, bool) const override {
    if (isKnownChip(chips.front()))
      return success();
    return emitError(UnknownLoc::get(context),
                     "--chip " + chips.front() + ": LLVM knows no such x86-64 processor; see llc --mcpu=help");
  }

  void addCodePasses(OpPassManager &manager, ArrayRef<std::string> chips) const override {
    addKernelsToLoops(manager, vectorWidth(optionsFor(chips)));
    manager.addPass(createLowerLoopsToLLVM());
  }

  LogicalResult generateCode(ModuleOp module, ArrayRef<std::string> chips, KernelCode &code) const override {
    CpuCodeOptions options = optionsFor(chips);
    KernelCode::Image &image = code.images.emplace_back();
    image.format = "elf";
    image.chip = resolveChip(options.chip);
    image.features = requiredFeatures(options);
    return compileForCpu(module, options, image.code);
  }

private:
  static CpuCodeOptions optionsFor(ArrayRef<std::string> chips) {
    CpuCodeOptions options;
    options.chip = chips.front();
    return options;
  }
};

} // namespace

std::unique_ptr<CompilerTarget> createCpuTarget() { return std::make_unique<CpuTarget>(); }

} // namespace dpsims
