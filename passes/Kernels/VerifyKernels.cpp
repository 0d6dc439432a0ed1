// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernel functions are of the form that both targets take.

#include "passes/Kernels/KernelForm.h"
#include "passes/Passes.h"

namespace dpsims {
#define GEN_PASS_DEF_VERIFYKERNELS
#include "passes/Passes.h.inc"
} // namespace dpsims

using namespace mlir;

namespace {

struct VerifyKernels : dpsims::impl::VerifyKernelsBase<VerifyKernels> {
  void runOnOperation() override {
    if (dpsims::isKernel(getOperation()) && failed(dpsims::matchKernelForm(getOperation())))
      signalPassFailure();
  }
};

} // namespace
