// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Compiler/CostReport.h"

#include "model_generated.h"

#include "mlir/Pass/Pass.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace dpsims {

namespace {

constexpr size_t stepsInText = 20;

/// Operations that a machine does in the time of a byte: which steps come first where its peaks are not known.
constexpr double usualIntensity = 10;

} // namespace

//===-- Passes ----------------------------------------------------------------------------------------------------===//

/// Callbacks are one at a time, but come from several threads.
class CostReport::Follower : public PassInstrumentation {
public:
  explicit Follower(CostReport &report) : report(report) {}

  void runBeforePass(Pass *, Operation *op) override { note("", op); }
  void runAfterPass(Pass *pass, Operation *op) override { note(pass->getArgument(), op); }

private:
  void note(StringRef pass, Operation *op) {
    if (auto graph = dyn_cast<GraphOp>(op))
      noteGraph(pass, graph);
    if (auto module = dyn_cast<ModuleOp>(op))
      for (auto graph : module.getOps<GraphOp>())
        noteGraph(pass, graph);
  }

  void noteGraph(StringRef pass, GraphOp graph) {
    auto &passes = report.programNamed(graph.getSymName()).passes;
    GraphCost cost = costOf(graph);
    if (passes.empty() || !(passes.back().second == cost))
      passes.emplace_back(pass.str(), cost);
  }

  CostReport &report;
};

CostReport::Program &CostReport::programNamed(StringRef name) {
  auto found = llvm::find_if(programs, [&](const Program &program) { return program.name == name; });
  if (found != programs.end())
    return *found;
  programs.emplace_back().name = name.str();
  return programs.back();
}

std::unique_ptr<PassInstrumentation> CostReport::follow() { return std::make_unique<Follower>(*this); }

static ReportTable passTable(ArrayRef<std::pair<std::string, GraphCost>> passes) {
  ReportTable table{{{"pass", "after pass"},
                     {"ops", "ops"},
                     {"flops", "GFLOP", 1e-9, 3},
                     {"bytes", "MB", 1e-6, 2},
                     {"flops_saved", "GFLOP saved", 1e-9, 3},
                     {"bytes_saved", "MB saved", 1e-6, 2}},
                    {}};
  GraphCost before;
  for (const auto &[pass, cost] : passes) {
    if (table.rows.empty())
      before = cost;
    table.rows.push_back({pass.empty() ? "(none yet)" : pass, cost.ops, cost.flops, cost.bytes,
                          before.flops - cost.flops, before.bytes - cost.bytes});
    before = cost;
  }
  return table;
}

//===-- Steps -----------------------------------------------------------------------------------------------------===//

void CostReport::addSteps(StringRef model) {
  for (const format::Entry *entry : *format::GetModel(model.data())->entries()) {
    Program &program = programNamed(entry->name()->string_view());
    program.arena = entry->main()->arena_size();
    for (const format::Step *step : *entry->main()->steps())
      program.steps.push_back({StringRef(format::EnumNameOperation(step->operation_type())).str(), step->label()->str(),
                               double(step->flops()), double(step->bytes())});
  }
}

void CostReport::addRanks(ModuleOp schedule) {
  if (!network || !peaks)
    return;
  for (auto entry : schedule.getOps<EntryOp>()) {
    if (!entry.getRanks())
      continue;
    Program &program = programNamed(entry.getSymName());
    std::vector<double> seconds;
    std::vector<std::string> labels;
    for (const Step &step : program.steps) {
      seconds.push_back(secondsOf(step.flops, step.bytes) * peaks->slowdown);
      labels.push_back(step.label);
    }
    program.scaling.emplace(entry, seconds, labels, *network);
  }
}

double CostReport::secondsOf(double flops, double bytes) const {
  return peaks ? std::max(flops / peaks->flops, bytes / peaks->bandwidth) : 0;
}

double CostReport::secondsOf(ArrayRef<Step> steps) const {
  double seconds = 0;
  for (const Step &step : steps)
    seconds += secondsOf(step.flops, step.bytes);
  return seconds;
}

std::vector<ReportColumn> CostReport::costColumns() const {
  std::vector<ReportColumn> columns = {{"flops", "GFLOP", 1e-9, 3}, {"bytes", "MB", 1e-6, 2}};
  if (peaks)
    columns.push_back({"seconds", "ms at best", 1e3, 3});
  return columns;
}

std::vector<llvm::json::Value> CostReport::costCells(double flops, double bytes, double seconds) const {
  std::vector<llvm::json::Value> cells = {flops, bytes};
  if (peaks)
    cells.emplace_back(seconds);
  return cells;
}

ReportTable CostReport::kindTable(const Program &program) const {
  llvm::MapVector<StringRef, std::vector<Step>> kinds;
  for (const Step &step : program.steps)
    kinds[step.kind].push_back(step);
  ReportTable table{{{"kind", "kind"}, {"count", "steps"}}, {}};
  llvm::append_range(table.columns, costColumns());
  for (const auto &[kind, steps] : kinds) {
    double flops = 0, bytes = 0;
    for (const Step &step : steps) {
      flops += step.flops;
      bytes += step.bytes;
    }
    auto &row = table.rows.emplace_back(std::vector<llvm::json::Value>{kind, int64_t(steps.size())});
    llvm::append_range(row, costCells(flops, bytes, secondsOf(steps)));
  }
  return table;
}

ReportTable CostReport::stepTable(const Program &program) const {
  ReportTable table{{{"step", "step"}, {"kind", "kind"}}, {}};
  llvm::append_range(table.columns, costColumns());
  table.columns.push_back({"label", "of"});
  for (const auto &[index, step] : llvm::enumerate(program.steps)) {
    auto &row = table.rows.emplace_back(std::vector<llvm::json::Value>{int64_t(index), step.kind});
    llvm::append_range(row, costCells(step.flops, step.bytes, secondsOf(step.flops, step.bytes)));
    row.emplace_back(step.label);
  }
  return table;
}

//===-- Output ----------------------------------------------------------------------------------------------------===//

void CostReport::printProgram(llvm::raw_ostream &os, const Program &program) const {
  double flops = 0, bytes = 0;
  for (const Step &step : program.steps) {
    flops += step.flops;
    bytes += step.bytes;
  }
  os << "program " << program.name
     << llvm::formatv(": {0} steps, {1:f3} GFLOP, {2:f2} MB read and written, arena {3:f2} MB", program.steps.size(),
                      flops * 1e-9, bytes * 1e-6, program.arena * 1e-6);
  if (peaks)
    os << llvm::formatv(", {0:f3} ms at best", secondsOf(program.steps) * 1e3);
  os << "\n\n";
  passTable(program.passes).print(os);
  os << "\n";
  kindTable(program).print(os);
  ReportTable steps = stepTable(program);
  double flopsOfByte = peaks ? peaks->flops / peaks->bandwidth : usualIntensity;
  auto weight = [&](const std::vector<llvm::json::Value> &row) {
    return std::max(*row[2].getAsNumber(), *row[3].getAsNumber() * flopsOfByte);
  };
  llvm::stable_sort(steps.rows, [&](const auto &a, const auto &b) { return weight(a) > weight(b); });
  os << "\n";
  steps.print(os, stepsInText);
  if (steps.rows.size() > stepsInText)
    os << "and " << steps.rows.size() - stepsInText << " steps that take less\n";
  os << "\n";
  if (program.scaling)
    printScaling(os, *program.scaling);
}

void CostReport::printScaling(llvm::raw_ostream &os, const Scaling &scaling) const {
  os << llvm::formatv("on many devices, each with the same part of the batch, if steps take {0:f2} times their best:\n",
                      peaks->slowdown);
  scaling.table().print(os);
  os << "\n";
  scaling.changeTable().print(os);
  os << "\n";
  ReportTable messages = scaling.messageTable(/*all=*/false);
  llvm::stable_sort(messages.rows,
                    [](const auto &a, const auto &b) { return *a[1].getAsNumber() > *b[1].getAsNumber(); });
  messages.print(os, stepsInText);
  if (messages.rows.size() > stepsInText)
    os << "and " << messages.rows.size() - stepsInText << " all-reduces of fewer bytes\n";
  os << "\n";
}

std::string CostReport::text() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (const Program &program : programs)
    printProgram(os, program);
  if (!kernels.columns.empty())
    kernels.print(os);
  return text;
}

std::string CostReport::json() const {
  llvm::json::Array list;
  for (const Program &program : programs) {
    llvm::json::Object object{{"name", program.name},
                              {"arena", int64_t(program.arena)},
                              {"passes", passTable(program.passes).json()},
                              {"kinds", kindTable(program).json()},
                              {"steps", stepTable(program).json()}};
    if (const auto &scaling = program.scaling)
      object["scaling"] = llvm::json::Object{{"devices", scaling->table().json()},
                                             {"changes", scaling->changeTable().json()},
                                             {"all_reduces", scaling->messageTable(/*all=*/true).json()}};
    list.push_back(std::move(object));
  }
  llvm::json::Object report{{"programs", std::move(list)}, {"kernels", kernels.json()}};
  if (peaks)
    report["peaks"] = llvm::json::Object{{"flops", peaks->flops}, {"bandwidth", peaks->bandwidth}};
  if (network)
    report["slowdown"] = peaks->slowdown;
  return llvm::formatv("{0:2}", llvm::json::Value(std::move(report))).str() + "\n";
}

} // namespace dpsims
