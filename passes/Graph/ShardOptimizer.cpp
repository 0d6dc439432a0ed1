// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_SHARDOPTIMIZER
#include "passes/Passes.h.inc"

namespace {

bool isSingle(Value value) { return elementsOf(value) == 1; }

/// Arithmetic of the results' elements and of single numbers: a part of the result is computed of the operands' parts.
bool isPartwise(Operation *op) {
  if (isa<ReshapeOp>(op))
    return true;
  return isElementwise(op) && llvm::all_of(op->getOperands(), [&](Value operand) {
           return isSingle(operand) || shapeOf(operand) == shapeOf(op->getResult(0));
         });
}

/// Makes states of a graph parts of them, on so many ranks.
class Sharder {
public:
  explicit Sharder(GraphOp graph)
      : block(graph.getBody().front()), ranks(*graph.getRanks()), builder(graph.getContext()) {}

  void run() {
    findStates();
    for (AssignOp assign : llvm::to_vector(block.getOps<AssignOp>()))
      if (isNewWeight(assign))
        gatherWeight(assign);
    for (auto [state, assign] : states)
      assign.getValueMutable().assign(partOf(assign.getValue()));
    eraseDead(); // not before: parts are found by the values that they are of
    for (auto [state, assign] : states)
      removeWhole(state);
    for (AllReduceOp sum : llvm::to_vector(block.getOps<AllReduceOp>()))
      scatter(sum);
  }

  int64_t bytes = 0, left = 0;
  int64_t sharded() const { return states.size(); }

private:
  //===-- What is sharded ---------------------------------------------------------------------------------------===//

  static bool isOptimizers(StateOp state) {
    return !state.getRequired() && state.getInit() != Initializer::Copy && elementOf(state.getResult()).isF32();
  }

  void findStates() {
    llvm::DenseMap<StringAttr, AssignOp> assigns;
    for (auto assign : block.getOps<AssignOp>())
      assigns[assign.getNameAttr()] = assign;
    for (auto state : block.getOps<StateOp>()) {
      AssignOp assign = assigns.lookup(state.getNameAttr());
      if (!assign || !isOptimizers(state) || isSingle(state.getResult()))
        continue;
      if (elementsOf(state.getResult()) % ranks) {
        ++left;
        continue;
      }
      states[state] = assign;
      bytes += bytesOf(state.getResult()) / ranks;
      mark(state.getResult());
    }
    for (auto weight : block.getOps<WeightOp>())
      if (weight.getTrained())
        trained.insert(weight.getNameAttr());
  }

  /// What is computed of a state's elements one by one.
  void mark(Value value) {
    if (!ofStates.insert(value).second)
      return;
    for (Operation *user : value.getUsers())
      if (user->getNumResults() == 1 && isPartwise(user) && elementsOf(user->getResult(0)) == elementsOf(value))
        mark(user->getResult(0));
  }

  bool isNewWeight(AssignOp assign) const {
    return trained.contains(assign.getNameAttr()) && ofStates.contains(assign.getValue());
  }

  //===-- Parts -------------------------------------------------------------------------------------------------===//

  NamedAttribute ranksAttr() { return builder.getNamedAttr("ranks", builder.getI64IntegerAttr(ranks)); }

  /// The rank's part of a value: computed of parts as far back as arithmetic goes.
  Value partOf(Value value) {
    if (Value part = parts.lookup(value))
      return part;
    Value part = makePart(value);
    parts[value] = part;
    return part;
  }

  Value makePart(Value value) {
    Operation *op = value.getDefiningOp();
    if (auto state = dyn_cast<StateOp>(op); state && states.contains(state)) {
      builder.setInsertionPointAfter(op);
      auto part = cast<StateOp>(builder.clone(*op));
      part.setPartsAttr(builder.getI64IntegerAttr(ranks));
      part.getResult().setType(partType(value));
      return part.getResult();
    }
    if (auto reshape = dyn_cast<ReshapeOp>(op))
      return partOf(reshape.getX());
    if (auto constant = dyn_cast<ConstantOp>(op); constant && !isa<ArrayAttr>(constant.getValue())) {
      builder.setInsertionPointAfter(op);
      auto part = cast<ConstantOp>(builder.clone(*op));
      part.setShapeAttr(builder.getI64ArrayAttr(partType(value).getShape()));
      part.getResult().setType(partType(value));
      return part.getResult();
    }
    if (isPartwise(op))
      return compute(op);
    builder.setInsertionPointAfter(op);
    return makeOp<OwnPartOp>(builder, op->getLoc(), value, ranksAttr());
  }

  Value compute(Operation *op) {
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(isSingle(operand) ? makeSingle(operand) : partOf(operand));
    builder.setInsertionPointAfter(op);
    Operation *part = builder.clone(*op);
    part->setOperands(operands);
    part->getResult(0).setType(partType(op->getResult(0)));
    return part->getResult(0);
  }

  /// A number that broadcasts to parts.
  Value makeSingle(Value value) {
    if (shapeOf(value).size() < 2)
      return value;
    builder.setInsertionPointAfterValue(value);
    return makeReshape(builder, value, 1);
  }

  RankedTensorType partType(Value value) const {
    return RankedTensorType::get({elementsOf(value) / ranks}, elementOf(value));
  }

  //===-- Wholes ------------------------------------------------------------------------------------------------===//

  Value gather(Value part, ArrayRef<int64_t> shape) {
    builder.setInsertionPointAfterValue(part);
    Value whole = makeOp<AllGatherOp>(builder, part.getLoc(), part, ranksAttr());
    return shapeOf(whole) == shape ? whole : makeReshape(builder, whole, shape);
  }

  void gatherWeight(AssignOp assign) {
    Value value = assign.getValue();
    Value whole = gather(partOf(value), shapeOf(value));
    value.replaceAllUsesWith(whole);
    parts[whole] = parts.lookup(value);
  }

  /// Whoever reads a state otherwise than by elements gets it whole.
  void removeWhole(StateOp state) {
    if (!state->use_empty())
      state.getResult().replaceAllUsesWith(gather(partOf(state.getResult()), shapeOf(state.getResult())));
    state.erase();
  }

  void eraseDead() {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (isOpTriviallyDead(&op) && (!isSource(&op) || isa<ConstantOp>(op)))
        op.erase();
  }

  /// A sum of which the rank needs its part alone.
  void scatter(AllReduceOp sum) {
    if (sum.getKind() != ReduceKind::Sum || sum->use_empty() ||
        !llvm::all_of(sum->getUsers(), [](Operation *user) { return isa<OwnPartOp>(user); }))
      return;
    builder.setInsertionPoint(sum);
    Operation *scattered =
        makeOps<ReduceScatterOp>(builder, sum.getLoc(), sum->getNumResults(), sum.getValues(), ranksAttr());
    for (auto [whole, part] : llvm::zip_equal(sum->getResults(), scattered->getResults()))
      for (Operation *own : llvm::to_vector(whole.getUsers())) {
        own->getResult(0).replaceAllUsesWith(part);
        own->erase();
      }
    sum.erase();
  }

  Block &block;
  int64_t ranks;
  OpBuilder builder;
  llvm::MapVector<StateOp, AssignOp> states;
  llvm::DenseSet<StringAttr> trained;
  llvm::DenseSet<Value> ofStates;
  llvm::DenseMap<Value, Value> parts;
};

struct ShardOptimizer : impl::ShardOptimizerBase<ShardOptimizer> {
  using ShardOptimizerBase::ShardOptimizerBase;

  void runOnOperation() override {
    GraphOp graph = getOperation();
    if (!graph.getRanks())
      return;
    Sharder sharder(graph);
    sharder.run();
    recordStatistics(graph, getArgument(),
                     {{"sharded", sharder.sharded()}, {"bytes", sharder.bytes}, {"left", sharder.left}});
  }
};

} // namespace
} // namespace dpsims
