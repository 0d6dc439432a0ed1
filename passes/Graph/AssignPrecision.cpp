// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_ASSIGNPRECISION
#include "passes/Passes.h.inc"

namespace {

/// Whether a product takes each element of a factor once: memory bounds it, and spectral norm's are such.
bool hasVector(Operation *op) {
  auto matmul = dyn_cast<MatmulOp>(op);
  if (!matmul)
    return false;
  ArrayRef<int64_t> a = shapeOf(matmul.getLhs());
  int64_t k = a[a.size() - (matmul.getTransposeA() ? 2 : 1)], n = shapeOf(matmul.getResult()).back();
  int64_t rows = elementsOf(matmul.getResult()) / n;
  return (shapeOf(matmul.getRhs()).size() == 2 && rows == 1) || k == 1 || n == 1;
}

/// A gradient of weights sums up a whole batch.
bool isWeightGradient(Operation *op) {
  auto matmul = dyn_cast<MatmulOp>(op);
  return isa<Conv2dWeightGradientOp>(op) || (matmul && matmul.getTransposeA() && shapeOf(matmul.getRhs()).size() == 2);
}

/// What computes in f32 whatever it reads, and is the last op of its kernel: nothing can convert its result there. The
/// gradient of max_pool looks for its result among the images: both are rounded.
bool endsKernel(Operation *op) {
  return isa<MaxPoolOp>(op) || (op->hasTrait<FusesProducers>() && !op->hasTrait<Pointwise>() && !isa<ReduceOp>(op));
}

/// Whether a value reaches what the program gives out by arithmetic on its elements alone.
class GivenOut {
public:
  bool contains(Value value) {
    auto known = answers.find(value);
    if (known != answers.end())
      return known->second;
    bool found = llvm::any_of(value.getUsers(), [&](Operation *user) {
      return isa<OutputOp, AssignOp>(user) ||
             ((isElementwise(user) || isPicking(user) || isa<ReshapeOp>(user)) && contains(user->getResult(0)));
    });
    return answers[value] = found;
  }

private:
  llvm::DenseMap<Value, bool> answers;
};

/// Outside of what it changes every value stays f32: a result in bf16 is read by way of a cast.
class Assigner {
public:
  explicit Assigner(Block &block)
      : block(block), wide(Float32Type::get(block.getParentOp()->getContext())),
        narrow(BFloat16Type::get(block.getParentOp()->getContext())) {
    for (Operation &op : block)
      if (isa<InputOp>(op) || llvm::any_of(op.getOperands(), [&](Value v) { return activations.contains(v); }))
        activations.insert(op.result_begin(), op.result_end());
    for (Operation &op : block)
      if (isLibraryOp(&op) && elementOf(op.getOperand(0)) == wide && activations.contains(op.getResult(0)) &&
          !hasVector(&op))
        products.insert(&op);
  }

  void run() {
    for (Operation *op : products)
      if (!isWeightGradient(op) && !givenOut.contains(op->getResult(0)))
        narrowResults.insert(op);
    narrowConstants();
    for (Operation *op : products)
      assign(op);
    for (auto reshape : llvm::make_early_inc_range(block.getOps<ReshapeOp>()))
      sinkCast(reshape);
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (op.use_empty() && isPure(&op) && isa<TensorOpInterface>(op) && !isSource(&op))
        op.erase();
  }

  int64_t productCount() const { return products.size(); }
  int64_t resultCount() const { return narrowResults.size(); }
  int64_t castCount() const { return casts; }

private:
  bool isFactor(OpOperand &use) const { return products.contains(use.getOwner()) && use.getOperandNumber() < 2; }

  Value convert(OpBuilder &builder, Value value, Type element) {
    ++casts;
    return makeCast(builder, value.getLoc(), value, element);
  }

  void setNarrow(Value value) { value.setType(cast<RankedTensorType>(value.getType()).clone(narrow)); }

  /// Constants that are factors are rounded once, when they are made.
  void narrowConstants() {
    auto prepares = block.getOps<PrepareOp>();
    if (prepares.empty())
      return;
    PrepareOp prepare = *prepares.begin();
    auto yield = cast_or_null<YieldOp>(prepare.getBody().front().getTerminator());
    OpBuilder builder(yield);
    SmallVector<Value> yielded, former;
    SmallVector<bool> isNarrow;
    for (auto [result, value] : llvm::zip_equal(prepare.getResults(), yield.getValues())) {
      bool factor = llvm::any_of(result.getUses(), [&](OpOperand &use) { return isFactor(use); });
      bool other = llvm::any_of(result.getUses(), [&](OpOperand &use) { return !isFactor(use); });
      if (factor && elementOf(result) == wide) {
        yielded.push_back(convert(builder, value, narrow));
        former.push_back(result);
        isNarrow.push_back(true);
      }
      if (other || !factor || elementOf(result) != wide) {
        yielded.push_back(value);
        former.push_back(result);
        isNarrow.push_back(false);
      }
    }
    builder.setInsertionPoint(prepare);
    auto replacement = PrepareOp::create(builder, prepare.getLoc(), ValueRange(yielded).getTypes());
    replacement.getBody().takeBody(prepare.getBody());
    yield.getValuesMutable().assign(yielded);
    for (auto [old, result, rounded] : llvm::zip_equal(former, replacement.getResults(), isNarrow))
      old.replaceUsesWithIf(result, [&, rounded = rounded](OpOperand &use) { return isFactor(use) == rounded; });
    prepare.erase();
  }

  void assign(Operation *op) {
    op->setOperand(0, narrowed(op->getOperand(0)));
    op->setOperand(1, narrowed(op->getOperand(1)));
    Value result = op->getResult(0);
    if (!narrowResults.contains(op)) {
      op->setAttr("type", StringAttr::get(op->getContext(), stringifyElementKind(ElementKind::F32)));
      return;
    }
    if (auto contraction = dyn_cast<ContractionOpInterface>(op); contraction && contraction.getResidual())
      contraction.getResidualMutable().assign(narrowed(contraction.getResidual()));
    setNarrow(result);
    OpBuilder builder(op->getContext());
    builder.setInsertionPointAfter(op);
    Value widened = convert(builder, result, wide);
    result.replaceAllUsesExcept(widened, widened.getDefiningOp());
  }

  /// The value in bf16.
  Value narrowed(Value value) {
    if (elementOf(value) == narrow)
      return value;
    if (auto widening = value.getDefiningOp<CastOp>(); widening && elementOf(widening.getX()) == narrow)
      return widening.getX();
    if (Value known = narrowedOf.lookup(value))
      return known;
    OpBuilder builder(value.getContext());
    builder.setInsertionPointAfterValue(value);
    Operation *op = value.getDefiningOp();
    bool takesNarrow = isa<ReshapeOp>(op) || endsKernel(op);
    Value result = takesNarrow ? recompute(builder, op) : convert(builder, value, narrow);
    narrowedOf[value] = result;
    if (activations.contains(value) && !isSource(op))
      readRounded(value, result);
    return result;
  }

  /// The op on operands in bf16, but for vectors that belong to a channel.
  Value recompute(OpBuilder &builder, Operation *op) {
    SmallVector<Value> operands(op->getOperands());
    for (Value &operand : MutableArrayRef(operands).take_front(isa<ConcatOp>(op) ? operands.size() : 1))
      operand = narrowed(operand);
    builder.setInsertionPoint(op);
    Operation *copy = builder.clone(*op);
    copy->setOperands(operands);
    setNarrow(copy->getResult(0));
    return copy->getResult(0);
  }

  /// Others read what is stored for the products too.
  void readRounded(Value value, Value rounded) {
    auto isOther = [&](OpOperand &use) {
      return use.getOwner() != rounded.getDefiningOp() && !isFactor(use) && !isa<OutputOp, AssignOp>(use.getOwner());
    };
    if (llvm::none_of(value.getUses(), isOther))
      return;
    OpBuilder builder(value.getContext());
    builder.setInsertionPointAfterValue(rounded);
    value.replaceUsesWithIf(convert(builder, rounded, wide), isOther);
  }

  /// A reshape has the memory of what it reshapes: its readers widen what is there.
  void sinkCast(ReshapeOp reshape) {
    auto widening = reshape.getX().getDefiningOp<CastOp>();
    if (!widening || elementOf(widening.getX()) != narrow || elementOf(reshape.getResult()) != wide)
      return;
    OpBuilder builder(reshape);
    Value stored = makeReshape(builder, widening.getX(), shapeOf(reshape.getResult()));
    reshape.getResult().replaceAllUsesWith(convert(builder, stored, wide));
    reshape.erase();
  }

  Block &block;
  Type wide, narrow;
  llvm::DenseSet<Value> activations; // what depends on inputs
  llvm::SetVector<Operation *> products;
  llvm::DenseSet<Operation *> narrowResults;
  GivenOut givenOut;
  llvm::DenseMap<Value, Value> narrowedOf;
  int64_t casts = 0;
};

struct AssignPrecision : impl::AssignPrecisionBase<AssignPrecision> {
  void runOnOperation() override {
    auto precision = getOperation()->getParentOfType<ModuleOp>()->getAttrOfType<StringAttr>(precisionAttrName);
    if (!precision || precision.getValue() != "bf16")
      return;
    Assigner assigner(getOperation().getBody().front());
    assigner.run();
    recordStatistics(
        getOperation(), getArgument(),
        {{"products", assigner.productCount()}, {"results", assigner.resultCount()}, {"casts", assigner.castCount()}});
  }
};

} // namespace
} // namespace dpsims
