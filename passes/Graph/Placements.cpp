// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/Placements.h"

using namespace mlir;

namespace dpsims {

static int64_t product(ArrayRef<int64_t> sizes) {
  int64_t result = 1;
  for (int64_t size : sizes)
    result *= size;
  return result;
}

/// Whether the op reduces the images of a batch to fewer numbers.
static bool reducesBatch(Operation *op) {
  auto reduce = dyn_cast<ReduceOp>(op);
  return reduce ? llvm::is_contained(reduce.getAxes(), 0) : isa<BatchStatisticsOp>(op);
}

Placements::Placements(GraphOp graph, int64_t ranks, bool localStatistics)
    : ranks(ranks), localStatistics(localStatistics) {
  for (Operation &op : graph.getBody().front())
    if (failed(place(&op))) {
      isWhole = false;
      return; // what follows would be wrong as well
    }
}

bool Placements::anySharded() const {
  return llvm::any_of(places, [](const auto &entry) { return entry.second == Placement::sharded; });
}

bool Placements::isDivided(Operation *op) const {
  return llvm::any_of(op->getOperands(), [&](Value value) { return of(value) != Placement::replicated; });
}

LogicalResult Placements::place(Operation *op) {
  if (auto gradient = dyn_cast<GradientOp>(op))
    return placeGradient(gradient);
  if (isa<OutputOp, AssignOp>(op))
    return checkEnd(op);
  auto input = dyn_cast<InputOp>(op);
  if (!input && isMoved(op))
    return placeMoved(op);
  FailureOr<Placement> result = input ? placeInput(input) : placeResult(op);
  if (failed(result))
    return failure();
  for (Value value : op->getResults()) {
    places[value] = *result;
    if (*result == Placement::sharded && failed(checkDivides(op, value)))
      return failure();
  }
  return success();
}

FailureOr<Placement> Placements::placeInput(InputOp input) const {
  if (!input.getBatched())
    return Placement::replicated;
  if (shapeOf(input.getResult()).empty())
    return opError(input) << "\"" << input.getName() << "\" is a number, and has no batch: leave `batched` out";
  return Placement::sharded;
}

FailureOr<Placement> Placements::placeResult(Operation *op) {
  if (llvm::none_of(op->getOperands(), [&](Value value) { return isSharded(value); }))
    return isDivided(op) ? Placement::local : Placement::replicated;
  if (reducesBatch(op))
    return localStatistics && isa<BatchStatisticsOp>(op) ? Placement::local : Placement::replicated;
  auto batched = dyn_cast<BatchedOpInterface>(op);
  if (!batched || !(batched.mergesAlongBatch(rolesOf(op)) || mergesRepeated(batched)))
    return refuse(op);
  return Placement::sharded;
}

/// With values that are broadcast along axis 0 as images.
bool Placements::mergesRepeated(BatchedOpInterface op) {
  SmallVector<BatchRole> roles = rolesOf(op);
  SmallVector<OpOperand *> found;
  for (OpOperand &operand : op->getOpOperands()) {
    auto broadcast = operand.get().getDefiningOp<BroadcastOp>();
    if (!broadcast || isSharded(operand.get()))
      continue;
    ArrayRef<int64_t> from = shapeOf(broadcast.getX()), to = shapeOf(broadcast.getResult());
    if (to[0] % ranks || (from.size() == to.size() && from[0] != 1))
      continue;
    roles[operand.getOperandNumber()] = BatchRole::images;
    found.push_back(&operand);
  }
  if (found.empty() || !op.mergesAlongBatch(roles))
    return false;
  repeated.insert(found.begin(), found.end());
  return true;
}

//===-- Where the batch is another axis ---------------------------------------------------------------------------===//

bool Placements::isMoved(Operation *op) const {
  auto transpose = dyn_cast<TransposeOp>(op);
  bool moves = transpose && isSharded(transpose.getX()) && transpose.getPerm()[0] != 0;
  return moves || llvm::any_of(op->getOperands(), [&](Value value) { return axisOf(value) != 0; });
}

LogicalResult Placements::placeMoved(Operation *op) {
  std::optional<int64_t> axis = movedAxis(op);
  if (!axis)
    return refuse(op);
  Value result = op->getResult(0);
  places[result] = Placement::sharded;
  axes[result] = *axis;
  return success();
}

std::optional<int64_t> Placements::movedAxis(Operation *op) const {
  if (op->getNumOperands() != 1)
    return std::nullopt;
  Value x = op->getOperand(0);
  int64_t axis = axisOf(x);
  if (auto transpose = dyn_cast<TransposeOp>(op)) {
    SmallVector<int64_t> perm = transpose.getPerm();
    return llvm::find(perm, axis) - perm.begin();
  }
  if (auto slice = dyn_cast<SliceOp>(op)) {
    bool isWhole = slice.getSize()[axis] == shapeOf(x)[axis] && slice.getStep()[axis] == 1;
    return isWhole ? std::optional(axis) : std::nullopt;
  }
  if (isa<ReshapeOp>(op))
    return reshapedAxis(shapeOf(x), axis, shapeOf(op->getResult(0)));
  return isElementwise(op) ? std::optional(axis) : std::nullopt;
}

/// Before the axis there must be as many elements, and it must divide among ranks.
std::optional<int64_t> Placements::reshapedAxis(ArrayRef<int64_t> from, int64_t axis, ArrayRef<int64_t> to) const {
  for (size_t i = 0; i < to.size(); ++i)
    if (product(to.take_front(i)) == product(from.take_front(axis)) && to[i] % ranks == 0)
      return i;
  return std::nullopt;
}

SmallVector<BatchRole> Placements::rolesOf(Operation *op) const {
  return llvm::map_to_vector(op->getOperands(),
                             [&](Value value) { return isSharded(value) ? BatchRole::images : BatchRole::shared; });
}

LogicalResult Placements::placeGradient(GradientOp gradient) {
  if (of(gradient.getLoss()) != Placement::replicated)
    return opError(gradient) << "the loss is not one number for the whole batch: each rank has another; reduce it over "
                                "axis 0";
  for (auto [value, result] : llvm::zip_equal(gradient.getValues(), gradient.getGradients())) {
    places[result] = of(value);
    axes[result] = axisOf(value);
  }
  return success();
}

LogicalResult Placements::checkEnd(Operation *op) const {
  Placement place = of(op->getOperand(0));
  if (axisOf(op->getOperand(0)) != 0)
    return refuse(op);
  if (isa<AssignOp>(op) && place == Placement::sharded)
    return opError(op) << "\"" << cast<AssignOp>(op).getName() << "\" would be another weight on each rank: it is made "
                       << "of a part of the batch; reduce it over axis 0";
  if (isa<OutputOp>(op) && place == Placement::local)
    return opError(op) << "\"" << cast<OutputOp>(op).getName() << "\" would be another value on each rank";
  return success();
}

LogicalResult Placements::refuse(Operation *op) const {
  InFlightDiagnostic diagnostic =
      opError(op) << "cannot be split over ranks by the batch: it does not treat the images of axis 0 one by one";
  for (auto [i, operand] : llvm::enumerate(op->getOperands()))
    diagnostic.attachNote(operand.getLoc())
        << "operand " << i << ", " << operand.getType() << ", is "
        << (isSharded(operand) ? "split along axis " + std::to_string(axisOf(operand)) : "the same on all ranks");
  return diagnostic;
}

LogicalResult Placements::checkDivides(Operation *op, Value value) const {
  int64_t images = shapeOf(value)[0];
  if (images % ranks == 0)
    return success();
  if (auto input = dyn_cast<InputOp>(op))
    return opError(op) << "\"" << input.getName() << "\" has a batch of " << images << ", which does not divide among "
                       << ranks << " ranks";
  return opError(op) << "its result " << value.getType() << " does not divide along axis 0 among " << ranks
                     << " ranks, as its operands do";
}

} // namespace dpsims
