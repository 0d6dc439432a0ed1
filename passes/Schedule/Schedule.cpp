// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Schedule/Liveness.h"
#include "passes/Statistics.h"

#include "llvm/ADT/MapVector.h"

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
  /// `keepResiduals`: no convolution may work in its residual's memory.
  Scheduler(GraphOp graph, bool keepResiduals)
      : graph(graph), builder(graph.getContext()), keepResiduals(keepResiduals) {}

  FailureOr<EntryOp> run() {
    builder.setInsertionPoint(graph);
    auto entry = EntryOp::create(builder, graph.getLoc(), graph.getSymName(), IntegerAttr(), IntegerAttr(),
                                 graph.getRanksAttr());
    Block &load = entry.getPrepare().emplaceBlock(), &main = entry.getMain().emplaceBlock();
    Block &block = graph.getBody().front();
    builder.setInsertionPointToEnd(&load);
    graph.walk([&](WeightOpInterface weight) { declare(weight); });
    for (auto prepare : block.getOps<PrepareOp>()) {
      builder.setInsertionPointToEnd(&load);
      space = BufferSpace::Load;
      if (failed(prepareSteps(prepare)))
        return failure();
      builder.setInsertionPointToEnd(&main);
      for (auto [i, result] : llvm::enumerate(prepare.getResults()))
        buffers[result] = makeBuffer(result, BufferSpace::Constant, i);
    }
    builder.setInsertionPointToEnd(&main);
    space = BufferSpace::Arena;
    for (Operation &op : block)
      if (!isa<PrepareOp>(op) && failed(step(&op)))
        return failure();
    assign(block);
    return entry;
  }

private:
  Value makeBuffer(Value tensor, BufferSpace where, std::optional<int64_t> index = {}, StringRef name = "",
                   Value viewOf = {}) {
    auto buffer = BufferOp::create(
        builder, tensor.getLoc(), bufferType(tensor.getType()), viewOf,
        builder.getStringAttr(stringifyBufferSpace(where)), index ? builder.getI64IntegerAttr(*index) : IntegerAttr(),
        name.empty() ? StringAttr() : builder.getStringAttr(name), IntegerAttr(), UnitAttr());
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

  void declare(WeightOpInterface weight) {
    Type element = elementOf(weight->getResult(0));
    WeightDeclOp::create(
        builder, weight.getLoc(), weight.getNameAttr(), builder.getI64ArrayAttr(weight.getShape()),
        builder.getBoolAttr(weight.getTrained()), builder.getStringAttr(stringifyInitializer(weight.getInit())),
        builder.getF64FloatAttr(weight.getValue()), cast_if_present<StringAttr>(weight.getOfAttr()),
        cast_if_present<BoolAttr>(weight.getRequiredAttr()), weight.getParts() > 1 ? builder.getUnitAttr() : UnitAttr(),
        element.isF32() ? StringAttr() : builder.getStringAttr(stringifyElementKind(kindOf(element))));
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
      takeInput(input);
    } else if (auto weight = dyn_cast<WeightOpInterface>(op)) {
      take(weight);
    } else if (auto reshape = dyn_cast<ReshapeOp>(op)) {
      buffers[reshape.getResult()] =
          makeBuffer(reshape.getResult(), spaceOf(reshape.getX()), {}, "", bufferOf(reshape.getX()));
    } else if (auto fused = dyn_cast<FusedOp>(op)) {
      compute(fused);
    } else if (isLibraryOp(op)) {
      if (Type element = elementOf(op->getOperand(0)); element.isF16())
        return opError(op) << "of f16: no step computes it; cast its operands to bf16 or f32";
      contraction(op);
    } else if (auto meeting = dyn_cast<CollectiveOpInterface>(op)) {
      return meet(meeting);
    } else if (auto output = dyn_cast<OutputOp>(op)) {
      returnOutput(output);
    } else if (isa<AssignOp>(op)) {
      // `assign` below, when all steps are known.
    } else {
      return op->emitError() << op->getName().stripDialect()
                             << ": no step computes it; run dpsims-hoist-constants and dpsims-fuse-elementwise before";
    }
    return success();
  }

  void takeInput(InputOp input) {
    Value tensor = input.getResult();
    buffers[tensor] = makeBuffer(tensor, BufferSpace::Input, inputCount++, input.getName());
    bufferOf(tensor).getDefiningOp<BufferOp>().setSharded(graph.getRanks() && input.getBatched());
  }

  LogicalResult meet(CollectiveOpInterface op) {
    for (Value value : op->getOperands())
      if (!elementOf(value).isF32())
        return opError(op) << "of " << value.getType() << ": ranks exchange f32; cast it before";
    SmallVector<Value> dsts;
    for (Value result : op->getResults())
      dsts.push_back(buffers[result] = makeBuffer(result, space));
    CollectiveStepOp::create(builder, op.getLoc(), buffersOf(op->getOperands()), dsts, op.collective());
    return success();
  }

  /// A weight that the program changes is a variable; others are loaded.
  void take(WeightOpInterface weight) {
    Value tensor = weight->getResult(0);
    StringAttr name = weight.getNameAttr();
    if (space == BufferSpace::Arena) {
      variables[name] = buffers[tensor] = makeBuffer(tensor, BufferSpace::Variable, variables.size(), name);
      return;
    }
    Value buffer = buffers[tensor] = makeBuffer(tensor, space);
    LoadWeightOp::create(builder, weight.getLoc(), name, buffer);
  }

  BufferSpace spaceOf(Value tensor) { return bufferOf(tensor).getDefiningOp<BufferOp>().getSpace(); }

  void compute(FusedOp fused) {
    SmallVector<Value> outputs;
    for (Value result : fused.getResults())
      outputs.push_back(buffers[result] = makeBuffer(result, space));
    auto step = ComputeOp::create(builder, fused.getLoc(), buffersOf(fused.getInputs()), outputs);
    step.getBody().takeBody(fused.getBody());
  }

  void contraction(Operation *op) {
    if (isa<Conv2dInputGradientOp>(op))
      return convGradient<ConvInputGradientStepOp>(op);
    if (isa<Conv2dWeightGradientOp>(op))
      return convGradient<ConvWeightGradientStepOp>(op);
    if (auto matmul = dyn_cast<MatmulOp>(op))
      return makeStep<MatmulStepOp>(matmul, matmul.getTransposeA(), matmul.getTransposeB());
    auto conv = cast<Conv2dOp>(op);
    ConvGeometry g = convGeometry(conv);
    makeStep<ConvStepOp>(conv, llvm::to_vector(g.stride), llvm::to_vector(g.padding), g.groups, conv.getPacked(),
                         conv.getResidual() && keepResiduals);
  }

  /// `attributes`: what the step has before the epilogue.
  template <typename StepOp, typename... Attributes>
  void makeStep(ContractionOpInterface op, const Attributes &...attributes) {
    auto optional = [&](Value tensor) { return tensor ? bufferOf(tensor) : Value(); };
    Value dst = buffers[op->getResult(0)] = makeBuffer(op->getResult(0), space);
    StepOp::create(builder, op->getLoc(), bufferOf(op.getSource()), bufferOf(op.getWeights()), optional(op.getBias()),
                   optional(op.getResidual()), dst, attributes..., cast_if_present<StringAttr>(op.getActivationAttr()),
                   op.getAlpha(), op.getBeta());
  }

  template <typename StepOp> void convGradient(Operation *op) {
    auto conv = cast<ConvolutionOpInterface>(op);
    ConvGeometry g = convGeometry(conv);
    Value dst = buffers[op->getResult(0)] = makeBuffer(op->getResult(0), space);
    StepOp::create(builder, op->getLoc(), bufferOf(op->getOperand(0)), bufferOf(op->getOperand(1)), dst,
                   llvm::to_vector(g.stride), llvm::to_vector(g.padding), g.groups, conv.getPacked());
  }

  void copy(Location location, Value tensor, Value target) {
    auto step = ComputeOp::create(builder, location, ValueRange(bufferOf(tensor)), ValueRange(target));
    Block &body = step.getBody().emplaceBlock();
    body.addArgument(tensor.getType(), location);
    OpBuilder inner = OpBuilder::atBlockEnd(&body);
    YieldOp::create(inner, location, body.getArguments());
  }

  //===-- The program's results ---------------------------------------------------------------------------------===//

  /// A value of the arena becomes the caller's buffer; another is copied into it.
  void returnOutput(OutputOp output) {
    Value tensor = output.getValue();
    int64_t index = outputCount++;
    auto root = rootOf(bufferOf(tensor)).getDefiningOp<BufferOp>();
    if (root.getSpace() == BufferSpace::Arena)
      place(root, output, index);
    else
      copy(output.getLoc(), tensor, makeOutput(output, index));
  }

  Value makeOutput(OutputOp output, int64_t index) {
    Value buffer = makeBuffer(output.getValue(), BufferSpace::Output, index, output.getName());
    buffer.getDefiningOp<BufferOp>().setSharded(output.getSharded());
    return buffer;
  }

  /// What weights become. A value is made in the weight's memory where all that read the old weight come before; else
  /// it is copied there in the end, the old weights among such values first.
  void assign(Block &block) {
    SmallVector<AssignOp> assigns(block.getOps<AssignOp>());
    for (AssignOp assign : assigns)
      if (Value tensor = assign.getValue(); spaceOf(tensor) == BufferSpace::Variable) {
        Value kept = makeBuffer(tensor, BufferSpace::Arena);
        copy(assign.getLoc(), tensor, kept);
        kepts[assign] = kept;
      }
    llvm::DenseMap<Operation *, int64_t> order;
    for (auto [i, op] : llvm::enumerate(*builder.getBlock()))
      order[&op] = i;
    for (AssignOp assign : assigns) {
      Value variable = variables.lookup(assign.getNameAttr()), value = bufferOf(assign.getValue());
      auto root = rootOf(value).getDefiningOp<BufferOp>();
      if (root.getSpace() == BufferSpace::Arena && !kepts.contains(assign) && canTake(variable, root, order))
        take(variable, value, root);
      else
        lateAssigns.push_back(assign);
    }
    for (AssignOp assign : lateAssigns) {
      if (Value kept = kepts.lookup(assign))
        buffers[assign.getValue()] = kept;
      copy(assign.getLoc(), assign.getValue(), variables.lookup(assign.getNameAttr()));
    }
  }

  /// All steps that use a buffer or its views.
  static void usersOf(BufferOp buffer, SmallVectorImpl<Operation *> &users) {
    for (Operation *user : buffer->getUsers()) {
      if (auto view = dyn_cast<BufferOp>(user))
        usersOf(view, users);
      else
        users.push_back(user);
    }
  }

  /// Whether the first step that writes `root` comes after every reader of the variable, or is the last one and may
  /// overwrite what it reads.
  static bool canTake(Value variable, BufferOp root, const llvm::DenseMap<Operation *, int64_t> &order) {
    SmallVector<Operation *> readers, users;
    usersOf(variable.getDefiningOp<BufferOp>(), readers);
    usersOf(root, users);
    Operation *writer =
        *llvm::min_element(users, [&](Operation *a, Operation *b) { return order.at(a) < order.at(b); });
    return llvm::all_of(readers, [&](Operation *reader) {
      if (reader != writer)
        return order.at(reader) < order.at(writer);
      auto step = cast<StepOpInterface>(writer);
      auto reads = step.reads();
      bool once = llvm::count_if(reads, [&](Value v) { return rootOf(v) == variable; }) == 1;
      return once && llvm::is_contained(step.overwritable(root), variable);
    });
  }

  /// The variable's memory becomes that of the value.
  void take(Value variable, Value value, BufferOp root) {
    if (root->isBeforeInBlock(variable.getDefiningOp()))
      variable.getDefiningOp()->moveBefore(root);
    root.getViewOfMutable().assign(variable);
    root.setSpace(BufferSpace::Variable);
    markViews(root);
  }

  /// The caller's buffer has the output's shape; a reshape's source becomes a view of it.
  void place(BufferOp root, OutputOp output, int64_t index) {
    root.setSpace(BufferSpace::Output);
    if (bufferOf(output.getValue()) == root) {
      root.setIndex(index);
      root.setName(output.getName());
      root.setSharded(output.getSharded());
    } else {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPoint(root);
      root.getViewOfMutable().assign(makeOutput(output, index));
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
  bool keepResiduals;
  llvm::DenseMap<Value, Value> buffers;
  llvm::MapVector<StringAttr, Value> variables;
  llvm::DenseMap<Operation *, Value> kepts; // old values of weights that another weight takes
  SmallVector<AssignOp> lateAssigns;
  BufferSpace space = BufferSpace::Arena;
  int64_t inputCount = 0, outputCount = 0;
};

int64_t stepsOf(EntryOp entry) {
  int64_t steps = 0;
  entry.walk([&](StepOpInterface) { ++steps; });
  return steps;
}

struct Schedule : impl::ScheduleBase<Schedule> {
  using ScheduleBase::ScheduleBase;

  void runOnOperation() override {
    for (auto graph : llvm::make_early_inc_range(getOperation().getOps<GraphOp>())) {
      if (failed(Scheduler(graph, keepResiduals).run()))
        return signalPassFailure();
      graph.erase();
    }
    for (auto entry : getOperation().getOps<EntryOp>())
      recordStatistics(entry, getArgument(), {{"steps", stepsOf(entry)}});
  }
};

} // namespace
} // namespace dpsims
