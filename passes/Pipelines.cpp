// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Pipelines.h"
#include "passes/Compiler/Target.h"

#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace dpsims {
namespace {

constexpr StringRef names[] = {"parse", "graph", "optimized", "schedule", "kernels"};

void optimize(OpPassManager &manager, const PipelineTuning &tuning, const GraphSettings &settings) {
  // Equal work of two blocks (an upsampling that two convolutions read) becomes one; what nobody reads goes.
  manager.addPass(createCSEPass());
  OpPassManager &graph = manager.nest<GraphOp>();
  if (settings.ranks > 1)
    graph.addPass(createShardBatch(ShardBatchOptions{settings.ranks, settings.localStatistics}));
  if (tuning.mergeBatches)
    graph.addPass(createMergeBatches());
  if (tuning.absorbProjections)
    graph.addPass(createAbsorbProjections());
  if (tuning.upsampleLast)
    graph.addPass(createUpsampleLast());
  if (tuning.fuseAttention)
    graph.addPass(createFuseAttention(*tuning.fuseAttention));
  graph.addPass(createDifferentiate());
  if (tuning.mergeBatches) {
    MergeBatchesOptions options;
    options.frozen = true;
    graph.addPass(createMergeBatches(options));
  }
  graph.addPass(createCanonicalizerPass());
  graph.addPass(createDecompose(tuning.decompose));
  graph.addPass(createFoldIntoWeights());
  graph.addPass(createCSEPass());
  graph.addPass(createCanonicalizerPass());
  if (settings.ranks > 1 && settings.shardOptimizer)
    graph.addPass(createShardOptimizer());
  CombineCollectivesOptions buckets;
  if (settings.bucket)
    buckets.bytes = settings.bucket;
  graph.addPass(createCombineCollectives(buckets));
  if (tuning.gatherLabels)
    graph.addPass(createGatherLabels(*tuning.gatherLabels));
  if (tuning.mergeSiblings) {
    graph.addPass(createMergeSiblings(*tuning.mergeSiblings));
    graph.addPass(createCSEPass()); // weights that several groups join
  }
  graph.addPass(createSplitReductions(tuning.splitReductions));
  graph.addPass(createHoistConstants());
  if (tuning.packWeights)
    graph.addPass(createPackWeights());
  if (tuning.sinkReshapes)
    graph.addPass(createSinkReshapes());
  graph.addPass(createFuseEpilogues());
  graph.addPass(createAssignPrecision());
  graph.addPass(createFuseElementwise());
  if (tuning.attachTails)
    graph.addPass(createAttachTails());
  graph.addPass(createFuseMultiOutput());
  graph.addPass(createGroupKernels(tuning.groupKernels));
  if (settings.recompute) {
    RecomputeOptions options;
    options.budget = settings.recompute;
    graph.addPass(createRecompute(options));
  }
}

void schedule(OpPassManager &manager, const PipelineTuning &tuning) {
  manager.addPass(createSchedule(tuning.schedule));
  OpPassManager &entry = manager.nest<EntryOp>();
  entry.addPass(createPlanMemory());
  entry.addPass(createVerifySchedule());
}

//===-- The pipelines of dpsims-opt -------------------------------------------------------------------------------===//

/// Makes every registered target a value of an option.
struct TargetValues {
  template <typename OptionT> void apply(OptionT &option) const {
    for (const auto &target : registeredTargets())
      option.getParser().addLiteralOption(target->name(), target.get(), "");
  }
};

template <typename OptionsT> struct TargetOptions : PassPipelineOptions<OptionsT> {
  typename PassPipelineOptions<OptionsT>::template Option<const CompilerTarget *> target{
      *this, "target", llvm::cl::desc("what the stages are for"), llvm::cl::init(&defaultTarget()), TargetValues()};
};

struct StageOptions : TargetOptions<StageOptions> {};

struct GraphStageOptions : TargetOptions<GraphStageOptions> {
  Option<int64_t> recompute{*this, "recompute",
                            llvm::cl::desc("bytes that a program's intermediate results may take; 0: any number"),
                            llvm::cl::init(0)};
  Option<int64_t> ranks{*this, "ranks", llvm::cl::desc("how many processes share the batch of a program that trains"),
                        llvm::cl::init(1)};
};

struct CodeOptions : TargetOptions<CodeOptions> {
  ListOption<std::string> chips{*this, "chips", llvm::cl::desc("chips that code is for; the target's default if none")};
};

} // namespace

StringRef stageName(Stage stage) { return names[int(stage)]; }

std::optional<Stage> stageByName(StringRef name) {
  auto found = llvm::find(names, name);
  return found == std::end(names) ? std::nullopt : std::optional<Stage>(Stage(found - std::begin(names)));
}

std::string stageNames() { return llvm::join(ArrayRef(names), ", "); }

void addPasses(OpPassManager &manager, Stage from, Stage to, const CompilerTarget &target,
               const GraphSettings &settings) {
  auto needs = [&](Stage stage) { return from < stage && stage <= to; };
  PipelineTuning tuning = target.tuning();
  if (needs(Stage::Optimized))
    optimize(manager, tuning, settings);
  if (needs(Stage::Schedule))
    schedule(manager, tuning);
  if (needs(Stage::Kernels))
    manager.addPass(createLowerKernels(tuning.lowerKernels));
}

void registerPipelines() {
  auto addGraph = [](StringRef name, StringRef text, Stage to) {
    PassPipelineRegistration<GraphStageOptions>(
        name, text, [to](OpPassManager &manager, const GraphStageOptions &options) {
          addPasses(manager, Stage::Graph, to, *options.target, {options.recompute, options.ranks});
        });
  };
  auto add = [](StringRef name, StringRef text, Stage from, Stage to) {
    PassPipelineRegistration<StageOptions>(name, text, [=](OpPassManager &manager, const StageOptions &options) {
      addPasses(manager, from, to, *options.target);
    });
  };
  addGraph("graph-to-optimized", "algebra and fusion on graphs", Stage::Optimized);
  add("optimized-to-schedule", "steps on buffers, planned", Stage::Optimized, Stage::Schedule);
  add("schedule-to-kernels", "kernel functions for compute steps", Stage::Schedule, Stage::Kernels);
  addGraph("graph-to-kernels", "all passes from a graph to kernel functions", Stage::Kernels);
  PassPipelineRegistration<CodeOptions>("kernels-to-code",
                                        "kernel functions become what the target's code is generated of",
                                        [](OpPassManager &manager, const CodeOptions &options) {
                                          SmallVector<std::string> chips(options.chips.begin(), options.chips.end());
                                          if (chips.empty())
                                            chips.push_back((*options.target).defaultChip());
                                          (*options.target).addCodePasses(manager, chips);
                                        });
}

} // namespace dpsims
