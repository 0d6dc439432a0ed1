// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Kernels/CombinedKernel.h"
#include "passes/Kernels/KernelGroup.h"
#include "passes/Kernels/KernelPhases.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_LOWERKERNELS
#include "passes/Passes.h.inc"

namespace {

/// A transposition turns rows of lanes; an upsampling must not lie along them.
LogicalResult checkPicking(KernelGroup &group) {
  auto upsamples = group.body.getOps<UpsampleOp>();
  if (upsamples.empty() || group.body.getOps<TransposeOp>().empty())
    return success();
  return (*upsamples.begin()).emitError() << "no kernel computes upsample and transpose in one group";
}

LogicalResult checkResults(KernelGroup &group) {
  ValueRange values = group.yield.getValues();
  bool ofOne = llvm::all_of(values, [&](Value value) { return value.getDefiningOp() == group.root; });
  if (values.size() == 1 || (group.root && ofOne && !KernelGroup::isPointwise(group.root)))
    return success();
  for (Value value : values)
    if (shapeOf(value) != shapeOf(values[0]) ||
        (value.getDefiningOp() && !KernelGroup::isPointwise(value.getDefiningOp())))
      return group.step.emitError() << "no kernel computes " << values.size()
                                    << " results, unless elementwise ones of one shape";
  return success();
}

/// Whether the op may be between the reductions of rows and an elementwise root.
bool fitsRows(Operation &op, KernelGroup &group) {
  return isRowReduction(&op) && group.root && isElementwise(group.root) && group.yield.getNumOperands() == 1 &&
         shapeOf(op.getOperand(0)) == shapeOf(group.root->getResult(0));
}

/// Whether the op is a convolution of labels, the only one, and all that reads it is elementwise on its result.
bool fitsLabels(Operation &op, KernelGroup &group) {
  auto labels = dyn_cast<Conv2dLabelsOp>(op);
  return labels && labels == group.labels() && group.root && isElementwise(group.root) && !group.hasRows() &&
         isElementwiseOn(labels.getResult(), group.root);
}

LogicalResult check(KernelGroup &group) {
  if (failed(checkResults(group)) || failed(checkPicking(group)))
    return failure();
  Operation *root = group.root;
  for (Operation &op : group.body.without_terminator()) {
    if (&op == root)
      continue;
    if (!KernelGroup::isPointwise(&op) && !fitsRows(op, group) && !fitsLabels(op, group))
      return op.emitError() << "no kernel computes " << op.getName().stripDialect() << " in the middle of a group";
    if (root && !KernelGroup::isPointwise(root) && !root->hasTrait<FusesProducers>())
      return op.emitError() << "no kernel computes " << root->getName().stripDialect() << " of "
                            << op.getName().stripDialect() << ": they need a fused op each";
  }
  return success();
}

KernelFunction lower(KernelGroup &group) {
  if (failed(check(group)))
    return failure();
  if (Conv2dLabelsOp labels = group.labels())
    return lowerConv2dLabels(group, labels);
  if (group.hasRows())
    return lowerRows(group);
  if (!group.root || KernelGroup::isPointwise(group.root))
    return lowerPointwise(group);
  return llvm::TypeSwitch<Operation *, KernelFunction>(group.root)
      .Case([&](ConcatOp op) { return lowerConcat(group, op); })
      .Case([&](PadOp op) { return lowerPad(group, op); })
      .Case([&](ReduceOp op) { return lowerReduce(group, op); })
      .Case([&](SoftmaxOp op) { return lowerSoftmax(group, op); })
      .Case([&](LogSoftmaxOp op) { return lowerLogSoftmax(group, op); })
      .Case([&](LayerNormOp op) { return lowerLayerNorm(group, op); })
      .Case([&](FusedAttentionOp op) { return lowerFusedAttention(group, op); })
      .Case([&](FusedAttentionGradientOp op) { return lowerFusedAttentionGradient(group, op); })
      .Case([&](MaxPoolOp op) { return lowerMaxPool(group, op); })
      .Case([&](MaxPoolGradientOp op) { return lowerMaxPoolGradient(group, op); })
      .Case([&](InstanceEdgesOp op) { return lowerInstanceEdges(group, op); })
      .Default([](Operation *op) -> KernelFunction {
        return op->emitError() << op->getName().stripDialect() << ": no kernel computes it";
      });
}

/// The ops of a step, for its label.
std::string opsOf(ComputeOp step) {
  std::string ops;
  for (Operation &op : step.getBody().front().without_terminator())
    if (!isa<ConstantOp>(op))
      ops += (ops.empty() ? "" : "+") + op.getName().stripDialect().str();
  return ops.empty() ? "copy" : ops;
}

struct LowerKernels : impl::LowerKernelsBase<LowerKernels> {
  using LowerKernelsBase::LowerKernelsBase;

  void runOnOperation() override {
    SmallVector<ComputeOp> steps;
    getOperation().walk([&](ComputeOp step) { steps.push_back(step); });
    names.clear();
    sizes = {points, lanes, chunk, terms, gathers};
    for (ComputeOp step : steps) {
      Block &body = step.getBody().front();
      auto phases = llvm::map_to_vector(
          partsOf(body), [&](const FusedPart &part) { return phasesOf(part, cast<YieldOp>(body.getTerminator())); });
      bool one = phases.size() == 1 && phases.front().size() == 1;
      if (failed(one ? lowerOne(step) : lowerParts(step, phases)))
        return signalPassFailure();
      step.erase();
    }
    recordStatistics(getOperation(), getArgument(),
                     {{"launches", int64_t(steps.size())}, {"kernels", int64_t(names.size())}});
  }

  LogicalResult lowerOne(ComputeOp step) {
    KernelGroup group(step, sizes);
    KernelFunction function = lower(group);
    if (succeeded(function))
      launch(step, *function, step.getInputs(), step.getOutputs(), opsOf(step));
    return function;
  }

  /// A kernel for each phase of each part, then one of them all.
  LogicalResult lowerParts(ComputeOp step, ArrayRef<SmallVector<FusedPart>> parts) {
    CombinedKernel combined(step.getLoc());
    llvm::StringMap<unsigned> counts;
    SmallVector<std::string> order;
    for (ArrayRef<FusedPart> phases : parts) {
      std::string ops;
      for (const FusedPart &phase : phases)
        if (failed(addPhase(step, phase, combined, ops)))
          return failure();
      if (++counts[ops] == 1)
        order.push_back(ops);
    }
    std::string label;
    for (const std::string &ops : order)
      label += (label.empty() ? "" : ", ") + (counts[ops] == 1 ? "" : std::to_string(counts[ops]) + "x ") + ops;
    launch(step, combined.function(), combined.inputs(), combined.outputs(), label);
    return success();
  }

  /// `ops`: those of the part's earlier phases, "reduce > add", to which it adds its own.
  LogicalResult addPhase(ComputeOp step, const FusedPart &phase, CombinedKernel &combined, std::string &ops) {
    FailureOr<ComputeOp> one = stepOf(phase, step);
    if (failed(one))
      return failure();
    bool isTail = !ops.empty();
    if (isTail && !tails)
      return one->emitError() << "without tails no kernel computes " << opsOf(*one) << " of its own results";
    KernelGroup group(*one, isTail ? KernelSizes::tail() : sizes);
    KernelFunction function = lower(group);
    if (failed(function))
      return failure();
    if (isTail)
      combined.addTail(*function, one->getInputs(), one->getOutputs());
    else
      combined.add(*function, one->getInputs(), one->getOutputs());
    ops += (isTail ? " > " : "") + opsOf(*one);
    one->erase();
    return success();
  }

  /// Adds the function unless the module has an equal one, and launches it in the step's place.
  void launch(ComputeOp step, func::FuncOp function, ValueRange inputs, ValueRange outputs, StringRef ops) {
    std::string text;
    llvm::raw_string_ostream os(text);
    function.print(os, OpPrintingFlags().printGenericOpForm(false));
    std::string &name = names[text];
    if (name.empty()) {
      name = "k" + std::to_string(names.size() - 1);
      function.setName(name);
      getOperation().push_back(function);
    } else
      function.erase();
    OpBuilder builder(step);
    auto launch =
        LaunchOp::create(builder, step.getLoc(), FlatSymbolRefAttr::get(builder.getContext(), name), inputs, outputs);
    launch->setAttr("ops", builder.getStringAttr(ops));
  }

  KernelSizes sizes;
  llvm::StringMap<std::string> names; // of kernels, by their text
};

} // namespace
} // namespace dpsims
