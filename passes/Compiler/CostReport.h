// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What compiled programs cost to run: by pass, by kind of step, by step, against what a machine can do.

#ifndef DPSIMS_PASSES_COMPILER_COSTREPORT_H
#define DPSIMS_PASSES_COMPILER_COSTREPORT_H

#include "passes/Compiler/Scaling.h"
#include "passes/Graph/GraphCost.h"
#include "passes/ReportTable.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassInstrumentation.h"

#include <memory>

namespace dpsims {

/// What a machine does at best, a second.
struct MachinePeaks {
  double flops = 0, bandwidth = 0; ///< operations; bytes read and written
  double slowdown = 1;             ///< how many times as long steps take, where it is known
};

class CostReport {
public:
  /// Without peaks no times are told. With a network, which needs them, what programs for several ranks take on many.
  CostReport(std::optional<MachinePeaks> peaks, std::optional<Network> network) : peaks(peaks), network(network) {}

  /// What follows the passes of a manager, as long as the report lives: their effect on each graph.
  std::unique_ptr<mlir::PassInstrumentation> follow();

  /// Takes the steps from a compiled model's bytes.
  void addSteps(llvm::StringRef model);

  /// Takes from the schedule of the same model, after its steps, in which order ranks need them.
  void addRanks(mlir::ModuleOp schedule);

  /// Of the target: what its code generator says of kernels. May be empty.
  void addKernels(ReportTable table) { kernels = std::move(table); }

  /// For people: the steps that take most, not all.
  std::string text() const;

  /// An object: `programs`, each with its `name`, totals, `passes`, `kinds` and `steps`, and with a network `scaling`;
  /// `kernels`; `peaks` if given.
  std::string json() const;

private:
  class Follower;

  struct Step {
    std::string kind, label;
    double flops, bytes;
  };

  struct Program {
    std::string name;
    std::vector<std::pair<std::string, GraphCost>> passes; ///< each that changed something, and the cost after it
    std::vector<Step> steps;
    uint64_t arena = 0;
    std::optional<Scaling> scaling;
  };

  Program &programNamed(llvm::StringRef name);
  double secondsOf(double flops, double bytes) const;
  double secondsOf(llvm::ArrayRef<Step> steps) const;
  std::vector<ReportColumn> costColumns() const;
  std::vector<llvm::json::Value> costCells(double flops, double bytes, double seconds) const;
  ReportTable kindTable(const Program &program) const;
  ReportTable stepTable(const Program &program) const;
  void printProgram(llvm::raw_ostream &os, const Program &program) const;
  void printScaling(llvm::raw_ostream &os, const Scaling &scaling) const;

  std::optional<MachinePeaks> peaks;
  std::optional<Network> network;
  std::vector<Program> programs;
  ReportTable kernels;
};

} // namespace dpsims

#endif
