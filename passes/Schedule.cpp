// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/GraphUtils.h"
#include "passes/Passes.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_SCHEDULE
#include "passes/Passes.h.inc"

namespace {

MemRefType bufferType(Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  return MemRefType::get(type.getShape(), type.getElementType());
}

/// Turns one graph into an entry.
class Scheduler {
public:
  explicit Scheduler(GraphOp graph) : graph(graph), builder(graph.getContext()) {}

  FailureOr<EntryOp> run() {
    builder.setInsertionPoint(graph);
    auto entry = EntryOp::create(builder, graph.getLoc(), graph.getSymName(), IntegerAttr(), IntegerAttr());
    Block &load = entry.getPrepare().emplaceBlock(), &main = entry.getMain().emplaceBlock();
    Block &block = graph.getBody().front();
    for (auto prepare : block.getOps<PrepareOp>()) {
      builder.setInsertionPointToEnd(&load);
      space = "load";
      if (failed(prepareSteps(prepare)))
        return failure();
      builder.setInsertionPointToEnd(&main);
      for (auto [i, result] : llvm::enumerate(prepare.getResults()))
        buffers[result] = makeBuffer(result, "constant", i);
    }
    builder.setInsertionPointToEnd(&main);
    space = "arena";
    for (Operation &op : block)
      if (!isa<PrepareOp>(op) && failed(step(&op)))
        return failure();
    return entry;
  }

private:
  Value makeBuffer(Value tensor, StringRef where, std::optional<int64_t> index = {}, StringRef name = "",
                   Value viewOf = {}) {
    auto buffer = BufferOp::create(builder, tensor.getLoc(), bufferType(tensor.getType()), viewOf,
                                   builder.getStringAttr(where),
                                   index ? builder.getI64IntegerAttr(*index) : IntegerAttr(),
                                   name.empty() ? StringAttr() : builder.getStringAttr(name), IntegerAttr());
    return buffer;
  }

  Value bufferOf(Value tensor) { return buffers.lookup(tensor); }
  SmallVector<Value> buffersOf(ValueRange tensors) {
    return llvm::map_to_vector(tensors, [&](Value v) { return bufferOf(v); });
  }

  //===-- prepare -----------------------------------------------------------------------------------------------===//

  /// One constant after another, each with what it needs, so that few weights are in memory at a time.
  LogicalResult prepareSteps(PrepareOp prepare) {
    Block &body = prepare.getBody().front();
    for (Operation &op : body)
      if (isa<WeightOp, StateOp>(op))
        declare(&op);
    auto yield = dyn_cast<YieldOp>(body.getTerminator());
    if (!yield || yield.getValues().getTypes() != prepare.getResultTypes())
      return prepare.emitError() << "prepare: it must yield its results";
    auto outside = [&](Value value) { return value.getParentBlock() != &body; };
    for (Operation &op : body)
      if (isa<InputOp, OutputOp>(op) || llvm::any_of(op.getOperands(), outside))
        return op.emitError() << "prepare: depends on more than weights";
    for (auto [i, value] : llvm::enumerate(yield.getValues())) {
      if (failed(make(value)))
        return failure();
      StoreConstantOp::create(builder, value.getLoc(), bufferOf(value), builder.getI64IntegerAttr(i));
    }
    return success();
  }

  void declare(Operation *op) {
    auto weight = dyn_cast<WeightOp>(op);
    auto of = op->getAttrOfType<StringAttr>("of");
    WeightDeclOp::create(builder, op->getLoc(), op->getAttrOfType<StringAttr>("name"),
                         builder.getI64ArrayAttr(shapeOf(op->getResult(0))),
                         builder.getBoolAttr(weight && boolOr(weight.getTrained().value_or(Attribute()), true)),
                         op->getAttrOfType<StringAttr>("init"),
                         builder.getF64FloatAttr(floatOr(op->getAttr("value"), 1.0)), of,
                         op->getAttrOfType<BoolAttr>("required"));
  }

  LogicalResult make(Value value) {
    SmallVector<std::pair<Operation *, unsigned>> stack{{value.getDefiningOp(), 0}};
    while (!stack.empty()) {
      auto &[op, next] = stack.back();
      if (bufferOf(op->getResult(0)))
        stack.pop_back();
      else if (next < op->getNumOperands())
        stack.push_back({op->getOperand(next++).getDefiningOp(), 0});
      else if (failed(step(op)))
        return failure();
    }
    return success();
  }

  //===-- steps -------------------------------------------------------------------------------------------------===//

  LogicalResult step(Operation *op) {
    if (auto input = dyn_cast<InputOp>(op)) {
      buffers[input.getResult()] = makeBuffer(input.getResult(), "input", inputCount++, input.getName());
    } else if (isa<WeightOp, StateOp>(op)) {
      Value buffer = buffers[op->getResult(0)] = makeBuffer(op->getResult(0), space);
      LoadWeightOp::create(builder, op->getLoc(), op->getAttrOfType<StringAttr>("name"), buffer);
    } else if (isa<ReshapeOp>(op)) {
      buffers[op->getResult(0)] = makeBuffer(op->getResult(0), spaceOf(op->getOperand(0)), {}, "",
                                             bufferOf(op->getOperand(0)));
    } else if (auto fused = dyn_cast<FusedOp>(op)) {
      compute(fused);
    } else if (isLibraryOp(op)) {
      contraction(op);
    } else if (auto output = dyn_cast<OutputOp>(op)) {
      give(output);
    } else {
      return op->emitError() << op->getName().stripDialect()
                             << ": no step computes it; run hoist-constants and fuse-elementwise before";
    }
    return success();
  }

  StringRef spaceOf(Value tensor) { return bufferOf(tensor).getDefiningOp<BufferOp>().getSpace(); }

  void compute(FusedOp fused) {
    SmallVector<Value> outputs;
    for (Value result : fused.getResults())
      outputs.push_back(buffers[result] = makeBuffer(result, space));
    auto step = ComputeOp::create(builder, fused.getLoc(), buffersOf(fused.getInputs()), outputs);
    step.getBody().takeBody(fused.getBody());
  }

  void contraction(Operation *op) {
    unsigned bias = 2, residual = op->getNumOperands() - 1;
    bool hasResidual = boolOr(op->getAttr("residual"), false);
    bool hasBias = op->getNumOperands() - hasResidual > 2;
    auto operand = [&](bool has, unsigned i) { return has ? bufferOf(op->getOperand(i)) : Value(); };
    Value dst = buffers[op->getResult(0)] = makeBuffer(op->getResult(0), space);
    Value src = bufferOf(op->getOperand(0)), weights = bufferOf(op->getOperand(1));
    NamedAttrList config;
    for (StringRef name : {"activation", "alpha", "beta", "transpose_b"})
      if (Attribute value = op->getAttr(name))
        config.set(name, value);
    if (auto conv = dyn_cast<Conv2dOp>(op)) {
      ConvGeometry g = convGeometry(conv);
      config.set("stride", builder.getI64ArrayAttr(g.stride));
      config.set("padding", builder.getI64ArrayAttr(g.padding));
      config.set("groups", builder.getI64IntegerAttr(g.groups));
      ConvStepOp::create(builder, op->getLoc(), src, weights, operand(hasBias, bias), operand(hasResidual, residual),
                         dst, config.getDictionary(builder.getContext()));
    } else {
      MatmulStepOp::create(builder, op->getLoc(), src, weights, operand(hasBias, bias),
                           operand(hasResidual, residual), dst, config.getDictionary(builder.getContext()));
    }
  }

  /// A value of the arena becomes the caller's buffer; another is copied into it.
  void give(OutputOp output) {
    Value tensor = output.getValue();
    int64_t index = outputCount++;
    auto root = bufferOf(tensor).getDefiningOp<BufferOp>();
    while (root.getViewOf())
      root = root.getViewOf().getDefiningOp<BufferOp>();
    if (root.getSpace() == "arena") {
      place(root, output, index);
      return;
    }
    Value target = makeBuffer(tensor, "output", index, output.getName());
    auto step = ComputeOp::create(builder, output.getLoc(), ValueRange(bufferOf(tensor)), ValueRange(target));
    Block &body = step.getBody().emplaceBlock();
    body.addArgument(tensor.getType(), output.getLoc());
    OpBuilder inner = OpBuilder::atBlockEnd(&body);
    YieldOp::create(inner, output.getLoc(), body.getArguments());
  }

  /// The caller's buffer has the output's shape; a reshape's source becomes a view of it.
  void place(BufferOp root, OutputOp output, int64_t index) {
    root.setSpace("output");
    if (bufferOf(output.getValue()) == root) {
      root.setIndex(index);
      root.setName(output.getName());
    } else {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPoint(root);
      root.getViewOfMutable().assign(makeBuffer(output.getValue(), "output", index, output.getName()));
    }
    markViews(root);
  }

  void markViews(BufferOp root) {
    for (Operation *user : root->getUsers())
      if (auto view = dyn_cast<BufferOp>(user)) {
        view.setSpace(root.getSpace());
        markViews(view);
      }
  }

  GraphOp graph;
  OpBuilder builder;
  llvm::DenseMap<Value, Value> buffers;
  StringRef space;
  int64_t inputCount = 0, outputCount = 0;
};

struct Schedule : impl::ScheduleBase<Schedule> {
  void runOnOperation() override {
    for (auto graph : llvm::make_early_inc_range(getOperation().getOps<GraphOp>())) {
      if (failed(Scheduler(graph).run()))
        return signalPassFailure();
      graph.erase();
    }
  }
};

} // namespace
} // namespace dpsims
