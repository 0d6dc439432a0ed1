// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Pipelines.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace dpsims {
namespace {

constexpr StringRef names[] = {"parse", "graph", "optimized", "schedule", "kernels"};

/// For group-kernels: what a GPU reads and writes in the time of a few launches, so that several at a time pay; on a
/// CPU what waits would leave the caches. The weights of a layer are made this much before it runs.
constexpr int64_t smallForGpu = 1 << 25, aheadForGpu = 1 << 26;

/// For merge-siblings: slices that may be copied for a library, and what may be alive. The estimate knows neither of
/// the weights that are joined nor of gaps between buffers, and the plan's peak should not rise.
constexpr int64_t copiedForLibrary = 1 << 20;
constexpr double partOfPeak = 0.7;

void optimize(OpPassManager &manager, bool gpu, int64_t recompute) {
  // Equal work of two blocks (an upsampling that two convolutions read) becomes one; what nobody reads goes.
  manager.addPass(createCSEPass());
  OpPassManager &graph = manager.nest<GraphOp>();
  if (gpu) // a GPU is told of half as many steps; on a CPU no gain was seen
    graph.addPass(createMergeBatches());
  graph.addPass(createDifferentiate());
  if (gpu)
    graph.addPass(createMergeBatches({/*frozen=*/true}));
  graph.addPass(createCanonicalizerPass());
  graph.addPass(createDecompose());
  graph.addPass(createFoldIntoWeights());
  graph.addPass(createCSEPass());
  graph.addPass(createCanonicalizerPass());
  if (gpu) {
    graph.addPass(createMergeSiblings({copiedForLibrary, partOfPeak}));
    graph.addPass(createCSEPass()); // weights that several groups join
  }
  graph.addPass(gpu ? createSplitReductions({someGpuBlocks, gpuChannels, /*anyAxes=*/true}) : createSplitReductions());
  graph.addPass(createHoistConstants());
  graph.addPass(createPackWeights());
  graph.addPass(createFuseEpilogues());
  graph.addPass(createFuseElementwise());
  if (gpu)
    graph.addPass(createAttachTails());
  graph.addPass(createFuseMultiOutput());
  graph.addPass(gpu ? createGroupKernels({smallForGpu, aheadForGpu}) : createGroupKernels());
  if (recompute)
    graph.addPass(createRecompute({recompute}));
}

void schedule(OpPassManager &manager) {
  manager.addPass(createSchedule());
  OpPassManager &entry = manager.nest<EntryOp>();
  entry.addPass(createPlanMemory());
  entry.addPass(createVerifySchedule());
}

struct KernelsToLoopsOptions : PassPipelineOptions<KernelsToLoopsOptions> {
  Option<int64_t> vectorWidth{*this, "vector-width", llvm::cl::desc("elements of f32 in a vector"), llvm::cl::init(16)};
};

} // namespace

StringRef stageName(Stage stage) { return names[int(stage)]; }

std::optional<Stage> stageByName(StringRef name) {
  auto found = llvm::find(names, name);
  return found == std::end(names) ? std::nullopt : std::optional<Stage>(Stage(found - std::begin(names)));
}

void addPasses(OpPassManager &manager, Stage from, Stage to, bool gpu, int64_t recompute) {
  auto needs = [&](Stage stage) { return from < stage && stage <= to; };
  if (needs(Stage::Optimized))
    optimize(manager, gpu, recompute);
  if (needs(Stage::Schedule))
    schedule(manager);
  if (needs(Stage::Kernels))
    manager.addPass(createLowerKernels({gpu}));
}

void addKernelsToLoops(OpPassManager &manager, int64_t vectorWidth) {
  OpPassManager &kernels = manager.nest<func::FuncOp>();
  kernels.addPass(createVectorizeKernels({vectorWidth}));
  kernels.addPass(createLowerKernelGrids());
  kernels.addPass(createHoistPrivateBuffers());
}

void registerPipelines() {
  auto add = [](StringRef name, StringRef text, Stage from, Stage to) {
    PassPipelineRegistration<>(name, text, [=](OpPassManager &manager) { addPasses(manager, from, to); });
  };
  add("graph-to-optimized", "algebra and fusion on graphs", Stage::Graph, Stage::Optimized);
  add("optimized-to-schedule", "steps on buffers, planned", Stage::Optimized, Stage::Schedule);
  add("schedule-to-kernels", "kernel functions for compute steps", Stage::Schedule, Stage::Kernels);
  add("graph-to-kernels", "all passes from a graph to kernel functions", Stage::Graph, Stage::Kernels);
  PassPipelineRegistration<KernelsToLoopsOptions>("lower-kernels-to-loops",
                                                  "kernels as vector loops over a range of their grid (CPU)",
                                                  [](OpPassManager &manager, const KernelsToLoopsOptions &options) {
                                                    addKernelsToLoops(manager, options.vectorWidth);
                                                  });
}

} // namespace dpsims
