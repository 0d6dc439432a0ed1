// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/Placements.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_SHARDBATCH
#include "passes/Passes.h.inc"

namespace {

/// Makes a graph what one rank computes.
class Sharder {
public:
  Sharder(GraphOp graph, int64_t ranks, const Placements &placements)
      : graph(graph), ranks(ranks), placements(placements), builder(graph.getContext()) {}

  void run() {
    SmallVector<Operation *> ops = llvm::map_to_vector(graph.getBody().front(), [](Operation &op) { return &op; });
    for (Operation *op : ops)
      shard(op);
    graph.setRanks(ranks);
  }

  int64_t sharded = 0, meetings = 0;

private:
  void shard(Operation *op) {
    if (auto output = dyn_cast<OutputOp>(op)) {
      output.setSharded(placements.isSharded(output.getValue()));
    } else if (auto assign = dyn_cast<AssignOp>(op)) {
      agree(assign);
    } else if (auto input = dyn_cast<InputOp>(op)) {
      divide(input);
    } else if (placements.isDivided(op) && op->getNumResults()) {
      sharded += !isa<GradientOp>(op);
      if (!isa<GradientOp>(op))
        copyOperands(op);
      scale(op);
      meet(op);
    }
  }

  /// What a run of its own has averaged, as statistics of its images, becomes the mean of all.
  void agree(AssignOp assign) {
    if (placements.of(assign.getValue()) != Placement::local)
      return;
    builder.setInsertionPoint(assign);
    assign.getValueMutable().assign(meanOverRanks(assign.getValue()));
  }

  void divide(InputOp input) {
    if (!placements.isSharded(input.getResult()))
      return;
    SmallVector<int64_t> shape = input.getShape();
    shape[0] /= ranks;
    input.setShapeAttr(builder.getI64ArrayAttr(shape));
    inferTypes(input);
  }

  /// Values that all ranks have alike are marked where a rank uses them for its own part: their gradients are sums.
  void copyOperands(Operation *op) {
    for (OpOperand &operand : op->getOpOperands()) {
      Value value = operand.get();
      if (placements.isRepeated(operand))
        operand.set(repeatOwn(value.getDefiningOp<BroadcastOp>()));
      else if (placements.of(value) == Placement::replicated && isa<FloatType>(elementOf(value)) &&
               !value.getDefiningOp<ConstantOp>())
        operand.set(copyOf(value));
    }
  }

  Value copyOf(Value value) {
    Value &copy = copies[value];
    if (!copy) {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointAfterValue(value);
      copy = makeOp<CopyToRanksOp>(builder, value.getLoc(), value);
    }
    return copy;
  }

  /// Of a broadcast along axis 0, what a rank's own images need.
  Value repeatOwn(BroadcastOp broadcast) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointAfter(broadcast);
    SmallVector<int64_t> shape = broadcast.getShape();
    shape[0] /= ranks;
    Value x = broadcast.getX();
    return makeOp<BroadcastOp>(builder, broadcast.getLoc(), x.getDefiningOp<ConstantOp>() ? x : copyOf(x),
                               builder.getNamedAttr("shape", builder.getI64ArrayAttr(shape)));
  }

  void scale(Operation *op) {
    if (int64_t axis = placements.axisOf(op->getResult(0)); axis || placements.axisOf(op->getOperand(0)))
      scaleMoved(op, axis);
    else if (auto batched = dyn_cast<BatchedOpInterface>(op); batched && placements.isSharded(op->getResult(0)))
      batched.scaleBatch(1, ranks);
    inferTypes(op);
  }

  void scaleMoved(Operation *op, int64_t axis) {
    auto scaled = [&](SmallVector<int64_t> sizes) {
      sizes[axis] /= ranks;
      return builder.getI64ArrayAttr(sizes);
    };
    if (auto slice = dyn_cast<SliceOp>(op))
      slice.setSizeAttr(scaled(slice.getSize()));
    if (auto reshape = dyn_cast<ReshapeOp>(op))
      reshape.setShapeAttr(scaled(SmallVector<int64_t>(shapeOf(reshape.getResult()))));
  }

  static void inferTypes(Operation *op) {
    SmallVector<Type> types;
    if (failed(cast<TensorOpInterface>(op).inferTypes(types)))
      return; // it has told; the verifier ends the pass
    for (auto [result, type] : llvm::zip_equal(op->getResults(), types))
      result.setType(type);
  }

  //===-- Where ranks meet --------------------------------------------------------------------------------------===//

  /// After an op that has reduced a rank's part of the batch: the reduction goes on over all ranks.
  void meet(Operation *op) {
    builder.setInsertionPointAfter(op);
    auto reduce = dyn_cast<ReduceOp>(op);
    if (reduce && placements.isSharded(reduce.getX()) && !placements.isSharded(reduce.getResult()))
      return replace(reduce.getResult(), reduce.getKind() == ReduceKind::Mean
                                             ? meanOverRanks(reduce.getResult())
                                             : reduceOverRanks(reduce.getResult(), reduce.getKind()));
    auto statistics = dyn_cast<BatchStatisticsOp>(op);
    if (statistics && placements.of(statistics.getMean()) == Placement::replicated)
      meet(statistics);
  }

  /// The variance of all images is the mean of what each rank's images vary by, and of the squared distance of their
  /// mean from that of all: no difference of large numbers. (A formula of Chan, Golub and LeVeque.)
  void meet(BatchStatisticsOp statistics) {
    Location location = statistics.getLoc();
    Value ownMean = statistics.getMean(), ownVariance = statistics.getVariance();
    Value mean = meanOverRanks(ownMean);
    Value distance = makeOp<SubOp>(builder, location, {ownMean, copyOf(mean)});
    Value square = makeOp<SquareOp>(builder, location, distance);
    Value variance = meanOverRanks(makeOp<AddOp>(builder, location, {ownVariance, square}));
    replace(ownVariance, variance);
    replace(ownMean, mean, variance);
  }

  Value reduceOverRanks(Value own, ReduceKind kind) {
    ++meetings;
    NamedAttribute name("kind", builder.getStringAttr(stringifyReduceKind(kind)));
    return makeOp<AllReduceOp>(builder, own.getLoc(), own, name);
  }

  Value meanOverRanks(Value own) {
    Value sum = reduceOverRanks(own, ReduceKind::Sum);
    Value part = makeConstant(builder, own.getLoc(), 1.0 / ranks, elementOf(own));
    return makeOp<MulOp>(builder, own.getLoc(), {sum, part});
  }

  /// In what was there before, after `last`, the value that was made last: up to that a rank's own value is read.
  static void replace(Value own, Value whole, Value last) {
    Operation *made = last.getDefiningOp();
    own.replaceUsesWithIf(whole, [&](OpOperand &use) { return made->isBeforeInBlock(use.getOwner()); });
  }
  static void replace(Value own, Value whole) { replace(own, whole, whole); }

  GraphOp graph;
  int64_t ranks;
  const Placements &placements;
  OpBuilder builder;
  llvm::DenseMap<Value, Value> copies;
};

struct ShardBatch : impl::ShardBatchBase<ShardBatch> {
  using ShardBatchBase::ShardBatchBase;

  void runOnOperation() override {
    GraphOp graph = getOperation();
    Block &block = graph.getBody().front();
    bool trains = !block.getOps<GradientOp>().empty() || !block.getOps<AssignOp>().empty();
    if (ranks < 2 || graph.getRanks() || !trains)
      return;
    Placements placements(graph, ranks, localStatistics);
    if (!placements.succeeded())
      return signalPassFailure();
    if (!placements.anySharded()) {
      graph.emitError() << "has nothing to split over ranks: none of its inputs is `batched`";
      return signalPassFailure();
    }
    Sharder sharder(graph, ranks, placements);
    sharder.run();
    recordStatistics(graph, getArgument(), {{"sharded", sharder.sharded}, {"all-reduces", sharder.meetings}});
  }
};

} // namespace
} // namespace dpsims
