// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/KernelGroup.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_LOWERKERNELS
#include "passes/Passes.h.inc"

namespace {

/// Ops that compute their operands where they read them.
bool takesProducers(Operation *op) { return isa<ConcatOp, PadOp, ReduceOp, SoftmaxOp, LogSoftmaxOp, LayerNormOp>(op); }

/// A transposition turns rows of lanes; an upsampling must not lie along them.
LogicalResult checkPicking(KernelGroup &group) {
  auto upsamples = group.body.getOps<UpsampleOp>();
  if (upsamples.empty() || group.body.getOps<TransposeOp>().empty())
    return success();
  return (*upsamples.begin()).emitError() << "no kernel computes upsample and transpose in one group";
}

LogicalResult checkResults(KernelGroup &group) {
  ValueRange values = group.yield.getValues();
  if (values.size() == 1)
    return success();
  for (Value value : values)
    if (shapeOf(value) != shapeOf(values[0]) ||
        (value.getDefiningOp() && !KernelGroup::isPointwise(value.getDefiningOp())))
      return group.step.emitError() << "no kernel computes " << values.size()
                                    << " results, unless elementwise ones of one shape";
  return success();
}

LogicalResult check(KernelGroup &group) {
  if (failed(checkResults(group)) || failed(checkPicking(group)))
    return failure();
  Operation *root = group.root;
  for (Operation &op : group.body.without_terminator()) {
    if (&op == root)
      continue;
    if (!KernelGroup::isPointwise(&op))
      return op.emitError() << "no kernel computes " << op.getName().stripDialect() << " in the middle of a group";
    if (root && !KernelGroup::isPointwise(root) && !takesProducers(root))
      return op.emitError() << "no kernel computes " << root->getName().stripDialect() << " of "
                            << op.getName().stripDialect() << ": they need a fused op each";
  }
  return success();
}

KernelFunction lower(KernelGroup &group) {
  if (failed(check(group)))
    return failure();
  if (!group.root || KernelGroup::isPointwise(group.root))
    return lowerPointwise(group);
  return llvm::TypeSwitch<Operation *, KernelFunction>(group.root)
      .Case([&](ConcatOp op) { return lowerConcat(group, op); })
      .Case([&](PadOp op) { return lowerPad(group, op); })
      .Case([&](ReduceOp op) { return lowerReduce(group, op); })
      .Case([&](SoftmaxOp op) { return lowerSoftmax(group, op); })
      .Case([&](LogSoftmaxOp op) { return lowerLogSoftmax(group, op); })
      .Case([&](LayerNormOp op) { return lowerLayerNorm(group, op); })
      .Case([&](MaxPoolOp op) { return lowerMaxPool(group, op); })
      .Case([&](MaxPoolGradientOp op) { return lowerMaxPoolGradient(group, op); })
      .Case([&](InstanceEdgesOp op) { return lowerInstanceEdges(group, op); })
      .Default([](Operation *op) -> KernelFunction {
        return op->emitError() << op->getName().stripDialect() << ": no kernel computes it";
      });
}

struct LowerKernels : impl::LowerKernelsBase<LowerKernels> {
  using LowerKernelsBase::LowerKernelsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    SmallVector<ComputeOp> steps;
    module.walk([&](ComputeOp step) { steps.push_back(step); });
    llvm::StringMap<std::string> names;
    KernelSizes sizes = gpu ? KernelSizes::gpu() : KernelSizes::cpu();
    for (ComputeOp step : steps) {
      KernelGroup group(step, sizes);
      KernelFunction function = lower(group);
      if (failed(function))
        return signalPassFailure();
      launch(module, step, *function, names);
    }
  }

  /// Adds the function unless the module has an equal one, and launches it in the step's place.
  void launch(ModuleOp module, ComputeOp step, func::FuncOp function, llvm::StringMap<std::string> &names) {
    std::string text, ops;
    llvm::raw_string_ostream os(text);
    function.print(os, OpPrintingFlags().printGenericOpForm(false));
    std::string &name = names[text];
    for (Operation &op : step.getBody().front().without_terminator())
      if (!isa<ConstantOp>(op))
        ops += (ops.empty() ? "" : "+") + op.getName().stripDialect().str();
    if (name.empty()) {
      name = "k" + std::to_string(names.size() - 1);
      function.setName(name);
      module.push_back(function);
    } else
      function.erase();
    OpBuilder builder(step);
    auto launch = LaunchOp::create(builder, step.getLoc(), FlatSymbolRefAttr::get(builder.getContext(), name),
                                   step.getInputs(), step.getOutputs());
    launch->setAttr("ops", builder.getStringAttr(ops.empty() ? "copy" : ops));
    step.erase();
  }
};

} // namespace
} // namespace dpsims
