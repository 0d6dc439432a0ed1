// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The stages of compilation and the passes between them.

#ifndef DPSIMS_PASSES_PIPELINES_H
#define DPSIMS_PASSES_PIPELINES_H

#include "mlir/Pass/PassManager.h"

namespace dpsims {

/// What a module holds; docs/architecture.md tells what is true from each stage on.
enum class Stage { Parse, Graph, Optimized, Schedule, Kernels };

/// The stage's name: parse, graph, optimized, schedule, kernels.
llvm::StringRef stageName(Stage stage);
std::optional<Stage> stageByName(llvm::StringRef name);

/// Blocks of a kernel that keep a large GPU busy: 8 for each of 132 multiprocessors.
constexpr int64_t manyGpuBlocks = 132 * 8;

/// About 4 blocks for each of them: enough where each has much to do. Channels that a block takes of a sum over pixels.
constexpr int64_t someGpuBlocks = 512, gpuChannels = 16;

/// The passes that lead from a graph to `to`. `gpu`: for a GPU, which wants more pieces of work than a CPU.
/// `recompute`: bytes that the intermediate results of a program may take, 0 for any number.
void addPasses(mlir::OpPassManager &manager, Stage from, Stage to, bool gpu = false, int64_t recompute = 0);

/// Kernels become loops over a range of their grid (CPU), with `vectorWidth` elements of f32 in a vector.
void addKernelsToLoops(mlir::OpPassManager &manager, int64_t vectorWidth);

/// Makes them known to dpsims-opt as --graph-to-optimized, --optimized-to-schedule, --schedule-to-kernels,
/// --graph-to-kernels and --lower-kernels-to-loops.
void registerPipelines();

} // namespace dpsims

#endif
