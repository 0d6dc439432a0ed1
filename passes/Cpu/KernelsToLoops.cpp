// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Cpu/KernelsToLoops.h"
#include "passes/Cpu/Passes.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

namespace {
struct KernelsToLoopsOptions : PassPipelineOptions<KernelsToLoopsOptions> {
  Option<int64_t> vectorWidth{*this, "vector-width", llvm::cl::desc("elements of f32 in a vector"), llvm::cl::init(16)};
};
} // namespace

void dpsims::addKernelsToLoops(OpPassManager &manager, int64_t vectorWidth) {
  VectorizeKernelsOptions vectors;
  vectors.vectorWidth = vectorWidth;
  OpPassManager &kernels = manager.nest<func::FuncOp>();
  kernels.addPass(createLowerNarrowFloats());
  kernels.addPass(createVectorizeKernels(vectors));
  kernels.addPass(createLowerKernelGrids());
  kernels.addPass(createHoistPrivateBuffers());
}

void dpsims::registerKernelsToLoops() {
  PassPipelineRegistration<KernelsToLoopsOptions>("lower-kernels-to-loops",
                                                  "kernels as vector loops over a range of their grid (CPU)",
                                                  [](OpPassManager &manager, const KernelsToLoopsOptions &options) {
                                                    addKernelsToLoops(manager, options.vectorWidth);
                                                  });
}
