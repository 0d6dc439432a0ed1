// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_FOLDINTOWEIGHTS
#include "passes/Passes.h.inc"

namespace {

/// A conv2d or matmul and a value from weights alone, which an op after the former combines.
struct Match {
  ContractionOpInterface library;
  Value vector;
};

class Folder {
public:
  explicit Folder(Block &block) : weightOnly(block) {}

  /// The value that replaces the op's, or none.
  Value fold(Operation &op) {
    if (!isa<MulOp, AddOp>(op))
      return {};
    for (unsigned i = 0; i < 2; ++i)
      if (Match match{op.getOperand(i).getDefiningOp<ContractionOpInterface>(), op.getOperand(1 - i)}; fits(match, op))
        return isa<MulOp>(op) ? scale(match, op) : shift(match, op);
    return {};
  }

private:
  bool fits(Match match, Operation &op) {
    ContractionOpInterface library = match.library;
    if (!library || !library->hasOneUse() || library.hasEpilogue() || !elementOf(library.getWeights()).isF32() ||
        op.getResult(0).getType() != library->getResult(0).getType() || !weightOnly.contains(library.getWeights()) ||
        !weightOnly.contains(match.vector))
      return false;
    if (library.getBias() && !weightOnly.contains(library.getBias()))
      return false;
    ArrayRef<int64_t> shape = shapeOf(match.vector);
    return isScalar(match.vector) ||
           (shape.back() == channels(library) && llvm::all_of(shape.drop_back(), [](int64_t s) { return s == 1; }));
  }

  static bool isScalar(Value value) { return elementsOf(value) == 1; }
  static int64_t channels(Operation *library) { return shapeOf(library->getResult(0)).back(); }

  template <typename OpTy>
  Value make(OpBuilder &builder, Location location, ValueRange operands, StringRef attribute = "",
             ArrayRef<int64_t> list = {}) {
    SmallVector<NamedAttribute> attributes;
    if (!attribute.empty())
      attributes.push_back(builder.getNamedAttr(attribute, builder.getI64ArrayAttr(list)));
    Value value = makeOp<OpTy>(builder, location, operands, attributes);
    weightOnly.insert(value);
    return value;
  }

  /// The vector in a shape that broadcasts along the weights' output channels.
  Value alongOutputs(OpBuilder &builder, Match match, Location location) {
    SmallVector<int64_t> shape(shapeOf(match.library.getWeights()).size(), 1);
    auto matmul = dyn_cast<MatmulOp>(*match.library);
    bool last = matmul && !matmul.getTransposeB();
    int64_t outputs = isScalar(match.vector) ? 1 : channels(match.library);
    shape[last ? shape.size() - 1 : matmul ? shape.size() - 2 : 0] = outputs;
    return make<ReshapeOp>(builder, location, match.vector, "shape", shape);
  }

  /// The vector as a bias.
  Value asBias(OpBuilder &builder, Match match, Location location) {
    int64_t count = channels(match.library);
    if (!isScalar(match.vector))
      return make<ReshapeOp>(builder, location, match.vector, "shape", {count});
    Value one = make<ReshapeOp>(builder, location, match.vector, "shape", {1});
    return make<BroadcastOp>(builder, location, one, "shape", {count});
  }

  Value scale(Match match, Operation &op) {
    OpBuilder builder(&op);
    Location location = op.getLoc();
    Value along = alongOutputs(builder, match, location);
    Value weights = make<MulOp>(builder, location, {match.library.getWeights(), along}), bias;
    if (Value old = match.library.getBias())
      bias = make<MulOp>(builder, location, {old, asBias(builder, match, location)});
    return replace(builder, match, weights, bias);
  }

  Value shift(Match match, Operation &op) {
    OpBuilder builder(&op);
    Location location = op.getLoc();
    Value bias = asBias(builder, match, location);
    if (Value old = match.library.getBias())
      bias = make<AddOp>(builder, location, {old, bias});
    return replace(builder, match, match.library.getWeights(), bias);
  }

  /// The op with other weights, and with a bias if there is one.
  Value replace(OpBuilder &builder, Match match, Value weights, Value bias) {
    auto library = cast<ContractionOpInterface>(builder.clone(*match.library));
    library.getWeightsMutable().set(weights);
    if (bias)
      library.getBiasMutable().assign(bias);
    return library->getResult(0);
  }

  WeightOnly weightOnly;
};

struct FoldIntoWeights : impl::FoldIntoWeightsBase<FoldIntoWeights> {
  void runOnOperation() override {
    Block &block = getOperation().getBody().front();
    Folder folder(block);
    int64_t count = 0;
    for (Operation &op : llvm::make_early_inc_range(block)) {
      Value folded = folder.fold(op);
      if (!folded)
        continue;
      Operation *library = nullptr;
      for (Value operand : op.getOperands())
        if (Operation *producer = operand.getDefiningOp(); producer && isContraction(producer))
          library = producer;
      op.getResult(0).replaceAllUsesWith(folded);
      op.erase();
      if (library->use_empty())
        library->erase();
      ++count;
    }
    recordStatistics(getOperation(), getArgument(), {{"folded", count}});
  }
};

} // namespace
} // namespace dpsims
