// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_DIFFERENTIATE
#include "passes/Passes.h.inc"

namespace {

/// Reverse mode for one `gradient` op.
class Differentiator {
public:
  explicit Differentiator(GradientOp gradient) : gradient(gradient), builder(gradient), loss(gradient.getLoss()) {}

  LogicalResult run() {
    findActive();
    SmallVector<Operation *> ops;
    for (Operation &op : llvm::make_range(gradient->getBlock()->begin(), gradient->getIterator()))
      ops.push_back(&op);
    gradients[loss] = makeConstant(builder, gradient.getLoc(), 1, elementOf(loss), shapeOf(loss));
    for (Operation *op : llvm::reverse(ops))
      if (failed(visit(op)))
        return failure();
    for (auto [value, result] : llvm::zip_equal(gradient.getValues(), gradient.getResults()))
      result.replaceAllUsesWith(gradientOf(value));
    gradient.erase();
    return success();
  }

private:
  /// Which values depend on those that are asked for: only they need gradients.
  void findActive() {
    for (Value value : gradient.getValues())
      active.insert(value);
    for (Operation &op : *gradient->getBlock()) {
      if (&op == gradient)
        break;
      bool depends = llvm::any_of(op.getOperands(), [&](Value v) { return active.contains(v); });
      if (depends && !stopsGradients(&op))
        active.insert(op.result_begin(), op.result_end());
    }
  }

  static bool isFloat(TypeRange types) {
    return llvm::all_of(types, [](Type type) { return isa<FloatType>(cast<ShapedType>(type).getElementType()); });
  }

  LogicalResult visit(Operation *op) {
    SmallVector<Value> results = llvm::map_to_vector(op->getResults(), [&](Value v) { return gradients.lookup(v); });
    SmallVector<bool> wanted = llvm::map_to_vector(op->getOperands(), [&](Value v) { return active.contains(v); });
    bool reached = llvm::any_of(results, [](Value v) { return bool(v); });
    if (!reached || stopsGradients(op) || llvm::none_of(wanted, [](bool w) { return w; }))
      return success();
    auto differentiable = dyn_cast<DifferentiableOpInterface>(op);
    auto contraction = dyn_cast<ContractionOpInterface>(op);
    bool isSmooth = differentiable && isFloat(op->getResultTypes()) && isFloat(op->getOperandTypes());
    if (!isSmooth || (contraction && contraction.hasEpilogue())) // passes add epilogues later
      return refuse(op);
    SmallVector<Value> operands(op->getNumOperands());
    differentiable.buildGradients(builder, results, wanted, operands);
    for (auto [operand, value, want] : llvm::zip_equal(op->getOperands(), operands, wanted))
      if (want && value)
        add(operand, value);
    return success();
  }

  void add(Value of, Value value) {
    Value &sum = gradients[of];
    sum = sum ? makeOp<AddOp>(builder, value.getLoc(), {sum, value}) : value;
  }

  Value gradientOf(Value value) {
    Value known = gradients.lookup(value);
    return known ? known : makeConstant(builder, gradient.getLoc(), 0, elementOf(value), shapeOf(value));
  }

  /// Names the op and the ends of the path, from it back to a value that is asked for, that needs its derivative.
  LogicalResult refuse(Operation *op) {
    InFlightDiagnostic diagnostic = opError(op) << "has no derivative";
    SmallVector<Operation *> path;
    for (Operation *step = activeProducer(op); step; step = activeProducer(step))
      path.push_back(step);
    constexpr size_t shown = 4;
    for (size_t i = 0; i < path.size(); ++i) {
      if (i == shown && path.size() > 2 * shown + 1) {
        i = path.size() - shown;
        diagnostic.attachNote(path[i]->getLoc()) << (path.size() - 2 * shown) << " more ops";
      }
      Diagnostic &note = diagnostic.attachNote(path[i]->getLoc());
      note << "needed for the gradient of " << path[i]->getName().stripDialect();
      if (auto name = path[i]->getAttrOfType<StringAttr>("name"))
        note << " " << name;
    }
    return diagnostic;
  }

  /// The op that makes the first operand that needs a gradient, or none.
  Operation *activeProducer(Operation *op) {
    auto operand = llvm::find_if(op->getOperands(), [&](Value v) { return active.contains(v); });
    return operand == op->operand_end() ? nullptr : (*operand).getDefiningOp();
  }

  GradientOp gradient;
  OpBuilder builder;
  Value loss;
  llvm::DenseSet<Value> active;
  llvm::DenseMap<Value, Value> gradients;
};

/// Ops that only tell how to differentiate.
template <typename OpTy> void removeMarks(Block &block) {
  for (auto mark : llvm::make_early_inc_range(block.getOps<OpTy>())) {
    mark.getResult().replaceAllUsesWith(mark.getX());
    mark.erase();
  }
}

struct Differentiate : impl::DifferentiateBase<Differentiate> {
  void runOnOperation() override {
    Block &block = getOperation().getBody().front();
    int64_t gradients = 0, before = block.getOperations().size();
    for (auto gradient : llvm::make_early_inc_range(block.getOps<GradientOp>())) {
      ++gradients;
      if (failed(Differentiator(gradient).run()))
        return signalPassFailure();
    }
    removeMarks<StopGradientOp>(block);
    removeMarks<CopyToRanksOp>(block);
    int64_t made = int64_t(block.getOperations().size()) - before;
    recordStatistics(getOperation(), getArgument(), {{"gradients", gradients}, {"ops", made}});
  }
};

} // namespace
} // namespace dpsims
