// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The compiler as a library: options in, a compiled model or a stage's text out.

#ifndef DPSIMS_PASSES_COMPILER_COMPILER_H
#define DPSIMS_PASSES_COMPILER_COMPILER_H

#include "passes/Compiler/CostReport.h"
#include "passes/Pipelines.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dpsims {

/// What to compile, and how. Messages call options by the flags of dpsims-compile.
struct CompileOptions {
  /// A configuration (JSON), or a model's text that stopped after some stage (its name ends in .mlir).
  std::string input;
  /// The programs to compile; all that there are if none is named.
  std::vector<std::string> programs;
  /// The name of a registered target; empty: the default one.
  std::string target;
  /// The chips that code is made for, as the target names them; the target's default if there is none.
  std::vector<std::string> chips;
  /// The stage after which to stop, with its text as the result.
  std::optional<Stage> lastStage;
  /// Bytes that a program's intermediate results may take; what does not fit is computed again. 0: any number.
  int64_t recompute = 0;
  /// What convolutions and matmuls may do: "f32", "bf16", or "tf32" for targets that have it; empty: what a dump was
  /// made for, else f32.
  std::string precision;
  /// Whether a report of what the programs cost to run is wanted, and how; only of a whole compilation.
  enum class Report { None, Text, Json } report = Report::None;
  /// What the report compares with.
  std::optional<MachinePeaks> peaks;
  /// What connects ranks: the report, which needs peaks for it, predicts what many of them take.
  std::optional<Network> network;

  // Of a configuration alone: a dump holds what they said.

  /// Images at a time, at least 1, of all ranks together.
  int64_t batch = 1;
  /// How many processes share the batch of a program that trains.
  int64_t ranks = 1;
  /// Each rank normalizes by the statistics of its own images, not by those of the whole batch.
  bool localStatistics = false;
  /// Each rank keeps its part of the optimizer's state.
  bool shardOptimizer = false;
  /// Bytes of gradients that ranks sum by one message, at most; 0: as suits the network, 25 MiB if none is known.
  int64_t bucket = 0;
  /// "section.key=value" over the configuration's.
  std::vector<std::string> settings;
  /// The file (.mlir) that declares the programs.
  std::string modelText;

  // For the caller.

  /// Files that the caller will write: it is an error if one of them is read.
  std::vector<std::string> outputs;
  /// What is wrong with the section `data` of a configuration (its JSON text, its file), empty if nothing is. That
  /// section is the runtime's, which the compiler does not link.
  std::function<std::string(const std::string &, const std::string &)> dataSectionFault;
  /// Prepares each pass manager before it runs, as by applyPassManagerCLOptions.
  std::function<llvm::LogicalResult(mlir::PassManager &)> setUpPasses;
  /// Where the time of all parts is added up.
  mlir::TimingScope *timing = nullptr;
};

struct CompileResult {
  /// The compiled model's bytes, or the text of the last stage.
  std::string output;
  /// CostReport's text or JSON; empty if it is not wanted.
  std::string report;
};

/// Compiles by the options, in a context with the dialects of registerDialects. Errors and warnings go to the context's
/// diagnostic handlers; those that belong to no line of a text have an unknown location.
mlir::FailureOr<CompileResult> compile(mlir::MLIRContext *context, const CompileOptions &options);

} // namespace dpsims

#endif
