// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A target of a test's own: kernels are C text, which its device (c_device.cpp) has compiled when it loads a model. It
// is known to a program that links this file.
#include "passes/Compiler/Target.h"
#include "test/targets/c/CText.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"

using namespace mlir;

namespace dpsims::c {
namespace {

struct CTarget : CompilerTarget {
  StringRef name() const override { return "c"; }
  StringRef chipHelp() const override { return "any (default)"; }
  std::string defaultChip() const override { return "any"; }

  LogicalResult checkChips(MLIRContext *context, ArrayRef<std::string> chips, bool) const override {
    if (chips.front() == "any")
      return success();
    return emitError(UnknownLoc::get(context), "--chip " + chips.front() + ": C is for any chip: leave it out");
  }

  void addCodePasses(OpPassManager &manager, ArrayRef<std::string>) const override {
    OpPassManager &kernels = manager.nest<func::FuncOp>();
    kernels.addPass(createLowerNarrowFloats());
    kernels.addPass(createConvertLinalgToLoopsPass());
    kernels.addPass(createLowerAffinePass());
  }

  LogicalResult generateCode(ModuleOp module, ArrayRef<std::string> chips, KernelCode &code) const override {
    KernelCode::Image &image = code.images.emplace_back();
    image.format = "c";
    image.chip = chips.front();
    llvm::raw_svector_ostream os(image.code);
    return writeKernels(module, os);
  }
};

[[maybe_unused]] const bool isRegistered = (registerTarget(std::make_unique<CTarget>()), true);

} // namespace
} // namespace dpsims::c
