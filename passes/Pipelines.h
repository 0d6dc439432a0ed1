// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The stages of compilation and the passes between them.

#ifndef DPSIMS_PASSES_PIPELINES_H
#define DPSIMS_PASSES_PIPELINES_H

#include "mlir/Pass/PassManager.h"

namespace dpsims {

class CompilerTarget;

/// What a module holds; docs/architecture.md tells what is true from each stage on.
enum class Stage { Parse, Graph, Optimized, Schedule, Kernels };

/// The stage's name, as --compile-to takes it.
llvm::StringRef stageName(Stage stage);
std::optional<Stage> stageByName(llvm::StringRef name);

/// All of them, in their order: "parse, graph, ...".
std::string stageNames();

/// What the passes on a graph are told beside the target.
struct GraphSettings {
  int64_t recompute = 0;        ///< bytes that the intermediate results of a program may take, 0 for any number
  int64_t ranks = 1;            ///< how many processes share the batch of a program that trains
  bool localStatistics = false; ///< of `batch_statistics`, each rank's own
  bool shardOptimizer = false;  ///< each rank keeps its part of the optimizer's state
  int64_t bucket = 0;           ///< bytes of gradients that ranks sum by one message, at most; 0: the pass's default
};

/// The passes that lead from stage `from`, a graph at least, to `to`.
void addPasses(mlir::OpPassManager &manager, Stage from, Stage to, const CompilerTarget &target,
               const GraphSettings &settings = {});

/// Makes them known to dpsims-opt: --graph-to-optimized, --optimized-to-schedule, --schedule-to-kernels,
/// --graph-to-kernels and --kernels-to-code, each with the option `target`.
void registerPipelines();

} // namespace dpsims

#endif
