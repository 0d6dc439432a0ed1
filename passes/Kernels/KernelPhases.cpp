// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Kernels/KernelPhases.h"
#include "passes/Kernels/KernelGroup.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace dpsims {
namespace {

class Phases {
public:
  Phases(const FusedPart &part, YieldOp yield) : yield(yield) {
    for (Value value : yield.getValues())
      results.insert(value.getDefiningOp());
    for (Operation *op : part.ops) {
      if (needsRows(op))
        rows.insert(op);
      levels[op] = levelOf(op);
    }
    for (unsigned result : part.results)
      add(result);
  }

  SmallVector<FusedPart> take() {
    llvm::stable_sort(phases, [](const Phase &a, const Phase &b) { return a.level < b.level; });
    return llvm::map_to_vector(phases, [](Phase &phase) { return std::move(phase.part); });
  }

private:
  struct Phase {
    unsigned level;
    FusedPart part;
  };

  static bool isPointwise(Operation *op) { return !op || KernelGroup::isPointwise(op); }

  /// Whether the op's value is in memory for the next phase.
  bool isStored(Operation *op) const {
    return results.contains(op) && !isa<ReshapeOp>(op) && (!isPointwise(op) || rows.contains(op));
  }

  /// Whether reductions of rows are computed with the op. A reduction that is not a result is one of rows.
  bool needsRows(Operation *op) const {
    return llvm::any_of(op->getOperands(), [&](Value operand) {
      Operation *producer = operand.getDefiningOp();
      return producer && !isStored(producer) && (isa<ReduceOp>(producer) || rows.contains(producer));
    });
  }

  /// How many phases must have ended before.
  unsigned levelOf(Operation *op) const {
    unsigned level = 0;
    for (Value operand : op->getOperands())
      if (Operation *producer = operand.getDefiningOp()) {
        bool waits = isa<ReshapeOp>(op) || isStored(producer);
        level = std::max(level, levels.lookup(producer) + waits);
      }
    return level;
  }

  /// Elementwise results of one shape share a phase, and the first has all that need no other.
  void add(unsigned result) {
    Operation *root = yield.getValues()[result].getDefiningOp();
    unsigned level = levels.lookup(root);
    auto fits = [&](const Phase &phase) {
      Value other = yield.getValues()[phase.part.results.front()];
      return phase.level == level && (level == 0 || (isPointwise(root) && isPointwise(other.getDefiningOp()) &&
                                                     other.getType() == yield.getValues()[result].getType() &&
                                                     !rows.contains(root) && !rows.contains(other.getDefiningOp())));
    };
    Phase *phase = llvm::find_if(phases, fits);
    if (phase == phases.end()) {
      phases.push_back({level, {}});
      phase = &phases.back();
    }
    phase->part.results.push_back(result);
    llvm::SetVector<Operation *> ops;
    collect(root, root, ops);
    ops.insert(phase->part.ops.begin(), phase->part.ops.end());
    auto order = ops.takeVector();
    llvm::sort(order, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    phase->part.ops = llvm::SetVector<Operation *>(order.begin(), order.end());
  }

  void collect(Operation *op, Operation *root, llvm::SetVector<Operation *> &ops) const {
    bool isComputed = op && !isa<ReshapeOp>(op) && (op == root || !isStored(op));
    if (isComputed && ops.insert(op))
      for (Value operand : op->getOperands())
        collect(operand.getDefiningOp(), root, ops);
  }

  YieldOp yield;
  llvm::DenseSet<Operation *> results; // what makes them
  llvm::DenseSet<Operation *> rows;    // what is computed with reductions of rows
  llvm::DenseMap<Operation *, unsigned> levels;
  SmallVector<Phase> phases;
};

} // namespace

SmallVector<FusedPart> phasesOf(const FusedPart &part, YieldOp yield) { return Phases(part, yield).take(); }

FailureOr<ComputeOp> stepOf(const FusedPart &phase, ComputeOp step) {
  Block &body = step.getBody().front();
  auto yield = cast<YieldOp>(body.getTerminator());
  llvm::SetVector<Value> read;
  auto readValue = [&](Value value) {
    if (!phase.ops.contains(value.getDefiningOp()))
      read.insert(value);
  };
  for (Operation *op : phase.ops)
    llvm::for_each(op->getOperands(), readValue);
  for (unsigned result : phase.results)
    readValue(yield.getValues()[result]);
  SmallVector<Value> values; // arguments in their order
  llvm::copy_if(body.getArguments(), std::back_inserter(values), [&](Value v) { return read.contains(v); });
  llvm::copy_if(read, std::back_inserter(values), [](Value v) { return !isa<BlockArgument>(v); });
  SmallVector<Value> inputs, outputs;
  for (Value value : values) {
    Value stored = storageOf(value);
    auto argument = dyn_cast<BlockArgument>(stored);
    auto result = llvm::find(yield.getValues(), stored);
    if (!argument && result == yield.getValues().end())
      return stored.getDefiningOp()->emitError()
             << "no kernel computes " << stored.getDefiningOp()->getName().stripDialect()
             << " in the middle of a group, unless it is a result";
    inputs.push_back(argument ? step.getInputs()[argument.getArgNumber()]
                              : step.getOutputs()[std::distance(yield.getValues().begin(), result)]);
  }
  for (unsigned result : phase.results)
    outputs.push_back(step.getOutputs()[result]);
  OpBuilder builder(step);
  auto one = ComputeOp::create(builder, step.getLoc(), inputs, outputs);
  Block &inner = one.getBody().emplaceBlock();
  IRMapping map;
  for (Value value : values)
    map.map(value, inner.addArgument(value.getType(), value.getLoc()));
  builder.setInsertionPointToEnd(&inner);
  for (Operation *op : phase.ops)
    builder.clone(*op, map);
  YieldOp::create(builder, yield.getLoc(),
                  llvm::map_to_vector(phase.results, [&](unsigned i) { return map.lookup(yield.getValues()[i]); }));
  return one;
}

} // namespace dpsims
