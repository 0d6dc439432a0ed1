// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// CPU: a kernel's forall becomes a loop over a range of linear grid indices, its linalg.generic ops vector loops.
//
// The last dimension of a linalg.generic is cut into segments of at most `vector-width` elements: a loop over groups of
// full vectors, then what is left in straight-line code, masked where its size is no power of two. Shapes are static,
// so every mask is a constant. Reductions keep several independent accumulators in registers. No load is moved across a
// store of another element: an output may be the same buffer as an input.

#include "passes/Passes.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

namespace dpsims {
#define GEN_PASS_DEF_LOWERKERNELSTOLOOPS
#include "passes/Passes.h.inc"
} // namespace dpsims

using namespace mlir;

namespace {

// What all of a kernel's private buffers may take of a thread's stack.
constexpr int64_t maxStackBytes = 1 << 20;

//===----------------------------------------------------------------------===//
// The contract (docs/architecture.md, "Kernel functions")
//===----------------------------------------------------------------------===//

bool isElementType(Type type) { return type.isF32() || type.isInteger(32) || type.isInteger(8); }

bool isSupportedMath(Operation *op) {
  return isa<math::AbsFOp, math::AbsIOp, math::CeilOp, math::CopySignOp, math::ErfOp, math::ExpOp, math::ExpM1Op,
             math::FloorOp, math::FmaOp, math::LogOp, math::Log1pOp, math::RoundOp, math::RoundEvenOp, math::RsqrtOp,
             math::SqrtOp, math::TanhOp, math::TruncOp>(op);
}

// Scalar computation that has a vector form and needs no library.
bool isSupportedArithmetic(Operation *op) {
  if (isSupportedMath(op))
    return true;
  return isa<arith::ArithDialect>(op->getDialect()) && !isa<arith::RemFOp>(op) && op->getNumResults() == 1 &&
         op->getResult(0).getType().isIntOrIndexOrFloat();
}

LogicalResult checkSignature(func::FuncOp func) {
  if (!func.getBody().hasOneBlock() || func.getNumResults() != 0)
    return func.emitOpError("is no kernel: it must have one block and no results");
  for (auto [i, type] : llvm::enumerate(func.getArgumentTypes())) {
    auto memref = dyn_cast<MemRefType>(type);
    if (!memref || !memref.hasStaticShape() || !memref.getLayout().isIdentity() ||
        !isElementType(memref.getElementType()))
      return func.emitOpError("argument ") << i << " of a kernel must be a static contiguous memref of f32, i32 or i8, "
                                           << "but is " << type;
  }
  return success();
}

FailureOr<scf::ForallOp> findForall(func::FuncOp func) {
  scf::ForallOp forall;
  for (Operation &op : func.getBody().front().without_terminator()) {
    if (op.hasTrait<OpTrait::ConstantLike>())
      continue;
    auto found = dyn_cast<scf::ForallOp>(op);
    if (!found)
      return op.emitOpError("is not allowed in a kernel outside of its scf.forall");
    if (forall)
      return op.emitOpError("is the second scf.forall of a kernel, which has exactly one");
    forall = found;
  }
  if (!forall)
    return func.emitOpError("is a kernel without scf.forall");
  auto isStatic = [](ArrayRef<int64_t> bounds) { return !ShapedType::isDynamicShape(bounds); };
  if (!isStatic(forall.getStaticLowerBound()) || !isStatic(forall.getStaticUpperBound()) ||
      !isStatic(forall.getStaticStep()))
    return forall.emitOpError("of a kernel needs a static grid");
  if (forall.getNumResults() != 0)
    return forall.emitOpError("of a kernel has no results");
  return forall;
}

LogicalResult checkAlloca(memref::AllocaOp alloca) {
  if (!alloca.getType().hasStaticShape() || !alloca.getType().getLayout().isIdentity())
    return alloca.emitOpError("in a kernel must have a static contiguous type");
  return success();
}

// The affine.apply, loops and memory ops that may stand in a forall beside linalg.generic.
bool isSupportedStatement(Operation *op) {
  return isa<affine::AffineApplyOp, memref::SubViewOp, memref::ReinterpretCastOp, memref::LoadOp, memref::StoreOp,
             memref::AllocaOp, scf::ForOp, scf::IfOp, scf::YieldOp, scf::InParallelOp, linalg::GenericOp,
             dpsims::LastPointOp>(op) ||
         isSupportedArithmetic(op);
}

LogicalResult checkBody(scf::ForallOp forall) {
  WalkResult result = forall.getBody()->walk<WalkOrder::PreOrder>([](Operation *op) {
    if (!isSupportedStatement(op))
      return (void)op->emitOpError("is not supported in a kernel"), WalkResult::interrupt();
    if (auto alloca = dyn_cast<memref::AllocaOp>(op); alloca && failed(checkAlloca(alloca)))
      return WalkResult::interrupt();
    return isa<linalg::GenericOp>(op) ? WalkResult::skip() : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

//===----------------------------------------------------------------------===//
// The grid
//===----------------------------------------------------------------------===//

struct Grid {
  SmallVector<int64_t> lower, step, size;

  explicit Grid(scf::ForallOp forall) : lower(forall.getStaticLowerBound()), step(forall.getStaticStep()) {
    for (auto [low, high, by] : llvm::zip_equal(lower, forall.getStaticUpperBound(), step))
      size.push_back(high > low ? llvm::divideCeil(high - low, by) : 0);
  }
};

Value constantIndex(OpBuilder &b, Location loc, int64_t value) { return arith::ConstantIndexOp::create(b, loc, value); }

// The counters of grid point `linear`, the last one fastest.
SmallVector<Value> delinearize(OpBuilder &b, Location loc, Value linear, const Grid &grid) {
  SmallVector<Value> counters(grid.size.size());
  for (unsigned i = grid.size.size(); i-- > 0;) {
    if (i == 0) {
      counters[i] = linear;
      break;
    }
    Value size = constantIndex(b, loc, std::max<int64_t>(grid.size[i], 1));
    counters[i] = arith::RemUIOp::create(b, loc, linear, size);
    linear = arith::DivUIOp::create(b, loc, linear, size);
  }
  return counters;
}

// The counters of the grid point after that of `counters`: divisions are too dear for every point.
SmallVector<Value> increment(OpBuilder &b, Location loc, ValueRange counters, const Grid &grid) {
  SmallVector<Value> next(counters.size());
  Value zero = constantIndex(b, loc, 0), one = constantIndex(b, loc, 1);
  Value carry; // i1, none: the last dimension, which always counts
  for (unsigned i = counters.size(); i-- > 0;) {
    Value up = arith::AddIOp::create(b, loc, counters[i], one);
    if (carry)
      up = arith::SelectOp::create(b, loc, carry, up, counters[i]);
    next[i] = up;
    if (i == 0)
      break;
    Value size = constantIndex(b, loc, grid.size[i]);
    carry = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, up, size);
    next[i] = arith::SelectOp::create(b, loc, carry, zero, up);
  }
  return next;
}

// forall -> for over begin..end, the function's new last arguments.
void lowerForall(func::FuncOp func, scf::ForallOp forall) {
  Location loc = forall.getLoc();
  OpBuilder b(forall);
  Grid grid(forall);
  unsigned args = func.getNumArguments();
  for (unsigned i : {0u, 1u})
    (void)func.insertArgument(args + i, b.getIndexType(), DictionaryAttr(), func.getLoc());
  Value begin = func.getArgument(args), end = func.getArgument(args + 1);
  bool linear = grid.size.size() == 1;

  SmallVector<Value> start = linear ? SmallVector<Value>() : delinearize(b, loc, begin, grid);
  auto loop = scf::ForOp::create(b, loc, begin, end, constantIndex(b, loc, 1), start);
  Block *body = loop.getBody();
  if (!body->empty())
    body->getTerminator()->erase();
  b.setInsertionPointToStart(body);
  SmallVector<Value> counters(loop.getRegionIterArgs());
  if (linear)
    counters.push_back(loop.getInductionVar());

  SmallVector<Value> ids;
  for (auto [counter, lower, step] : llvm::zip_equal(counters, grid.lower, grid.step)) {
    Value id = counter;
    if (step != 1)
      id = arith::MulIOp::create(b, loc, id, constantIndex(b, loc, step));
    if (lower != 0)
      id = arith::AddIOp::create(b, loc, id, constantIndex(b, loc, lower));
    ids.push_back(id);
  }
  for (auto [var, id] : llvm::zip_equal(forall.getInductionVars(), ids))
    var.replaceAllUsesWith(id);
  forall.getTerminator()->erase();
  body->getOperations().splice(body->end(), forall.getBody()->getOperations());
  b.setInsertionPointToEnd(body);
  scf::YieldOp::create(b, loc, linear ? SmallVector<Value>() : increment(b, loc, counters, grid));
  forall.erase();
}

// The grid is run in order, where there are such ops.
void lowerLastPoints(func::FuncOp func) {
  func.walk([](dpsims::LastPointOp op) {
    OpBuilder b(op);
    Value last = constantIndex(b, op.getLoc(), op.getFirst() + op.getCount() - 1);
    Value isLast = arith::CmpIOp::create(b, op.getLoc(), arith::CmpIPredicate::eq, op.getPoint(), last);
    op.replaceAllUsesWith(isLast);
    op.erase();
  });
}

// An alloca in a loop would take new stack in every round.
LogicalResult hoistAllocas(func::FuncOp func) {
  SmallVector<memref::AllocaOp> allocas;
  func.walk([&](memref::AllocaOp op) { allocas.push_back(op); });
  int64_t bytes = 0;
  for (memref::AllocaOp op : llvm::reverse(allocas)) {
    Block &entry = func.getBody().front();
    op->moveBefore(&entry, entry.begin());
    if (!op.getAlignment())
      op.setAlignment(64);
    bytes += op.getType().getNumElements() * llvm::divideCeil(op.getType().getElementTypeBitWidth(), 8);
  }
  if (bytes > maxStackBytes)
    return func.emitOpError("kernel has ") << bytes << " bytes of private buffers, more than " << maxStackBytes;
  return success();
}

//===----------------------------------------------------------------------===//
// How a dimension is cut
//===----------------------------------------------------------------------===//

// Elements offset .. offset + valid - 1, held in `lanes` lanes; one lane is a scalar.
struct Segment {
  int64_t offset;
  int64_t lanes;
  int64_t valid;
};

// `trips` times the segments `body`, each time `step` elements further, then the segments `tail`.
struct Cut {
  int64_t trips = 0;
  int64_t step = 0;
  SmallVector<Segment> body, tail;
};

enum class Remainder {
  Narrow,    // the next power of two of lanes, masked if too many
  FullWidth, // as many lanes as the other segments, masked
  Exact      // powers of two that need no mask
};

void cutRemainder(Cut &cut, int64_t offset, int64_t rest, int64_t width, Remainder remainder) {
  if (rest == 0)
    return;
  if (remainder != Remainder::Exact) {
    bool full = remainder == Remainder::FullWidth && offset != 0;
    cut.tail.push_back({offset, full ? width : int64_t(llvm::PowerOf2Ceil(rest)), rest});
    return;
  }
  for (int64_t lanes = llvm::bit_floor(uint64_t(rest)); rest != 0; lanes /= 2) {
    if (rest < lanes)
      continue;
    cut.tail.push_back({offset, lanes, lanes});
    offset += lanes;
    rest -= lanes;
  }
}

Cut cutDimension(int64_t size, int64_t width, int64_t unroll, Remainder remainder) {
  Cut cut;
  cut.step = width * unroll;
  cut.trips = size / cut.step;
  for (int64_t i = 0; i < unroll; ++i)
    cut.body.push_back({i * width, width, width});
  int64_t offset = cut.trips * cut.step;
  if (cut.trips == 1) { // no loop
    cut.trips = 0;
    cut.tail = std::move(cut.body);
  }
  for (; offset + width <= size; offset += width)
    cut.tail.push_back({offset, width, width});
  cutRemainder(cut, offset, size - offset, width, remainder);
  return cut;
}

//===----------------------------------------------------------------------===//
// linalg.generic
//===----------------------------------------------------------------------===//

// How an operand is reached from the lanes of the last dimension.
enum class Access { Uniform, Contiguous, Strided };

// What one output of a reduction accumulates.
struct Reduction {
  Operation *combiner;
  vector::CombiningKind kind;
  TypedAttr neutral;
  Value reduced;
};

class GenericLowering {
public:
  GenericLowering(linalg::GenericOp op, int64_t width)
      : op(op), b(op.getLoc(), op), width(width), sizes(op.getStaticLoopRanges()),
        iterators(op.getIteratorTypesArray()), ivs(sizes.size()) {}

  LogicalResult check();
  void lower();

private:
  using Body = function_ref<SmallVector<Value>(ValueRange)>;
  using CutBody = function_ref<SmallVector<Value>(Value, ArrayRef<Segment>, ValueRange)>;

  // Contract.
  LogicalResult checkOperands();
  LogicalResult checkOutputs();
  LogicalResult checkPayload();
  LogicalResult matchReductions();

  // Loops.
  SmallVector<Value> forLoop(int64_t upper, int64_t step, ValueRange inits,
                             function_ref<SmallVector<Value>(Value, ValueRange)> body);
  SmallVector<Value> nest(ArrayRef<unsigned> dims, ValueRange inits, Body body);
  SmallVector<Value> overCut(const Cut &cut, ValueRange inits, CutBody body);
  SmallVector<unsigned> dims(utils::IteratorType type, bool withLast) const;

  // The three shapes of code.
  void lowerParallel();
  void computeParallel(Value base, ArrayRef<Segment> segments);
  std::optional<unsigned> transposedDim();
  void lowerReductionOfLast();
  void lowerReductionOfOthers();
  void reduceTile(ArrayRef<unsigned> reduced, Value base, ArrayRef<Segment> tile);

  // Memory.
  Access access(OpOperand &operand);
  Value index(int64_t offset, Value base);
  SmallVector<Value> indices(OpOperand &operand, Value lastIndex);
  Value load(OpOperand &operand, Value base, const Segment &segment);
  Value loadStrided(OpOperand &operand, Value base, const Segment &segment);
  void store(Value value, OpOperand &operand, Value base, const Segment &segment);
  void loadUniform();
  SmallVector<Value> loadAll(Value base, const Segment &segment);

  // Payload.
  SmallVector<Value> compute(Value base, const Segment &segment, ArrayRef<Value> loaded);
  Value computeIndex(linalg::IndexOp op, Value base, const Segment &segment);
  Value widen(Value value, int64_t lanes);
  Type laneType(Type type, int64_t lanes) const;
  int64_t unrollFactor();

  // Reductions.
  Value mask(const Segment &segment);
  Value neutral(const Reduction &reduction, int64_t lanes);
  Value combine(const Reduction &reduction, Value a, Value b);
  Value combineAll(const Reduction &reduction, ArrayRef<Value> values);
  Value acrossLanes(const Reduction &reduction, Value value);

  bool isReduction() { return op.getNumReductionLoops() != 0; }
  unsigned last() const { return sizes.size() - 1; }

  linalg::GenericOp op;
  ImplicitLocOpBuilder b;
  int64_t width;
  SmallVector<int64_t> sizes;
  SmallVector<utils::IteratorType> iterators;
  SmallVector<Value> ivs;            // of the loops around the insertion point; not that of the last dimension's lanes
  SmallVector<Value> uniform;        // scalars of the operands that do not depend on the last dimension
  SmallVector<Reduction> reductions; // one for each output
};

//===----------------------------------------------------------------------===//
// linalg.generic: the contract
//===----------------------------------------------------------------------===//

LogicalResult GenericLowering::check() {
  if (!op.hasPureBufferSemantics())
    return op.emitOpError("in a kernel must work on memrefs");
  if (ShapedType::isDynamicShape(sizes))
    return op.emitOpError("in a kernel must have static loop bounds");
  if (failed(checkOperands()) || failed(checkOutputs()) || failed(checkPayload()))
    return failure();
  return isReduction() ? matchReductions() : success();
}

LogicalResult GenericLowering::checkOperands() {
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    if (!type || !isElementType(type.getElementType()))
      return op.emitOpError("operand ") << operand.getOperandNumber() << " must be a memref of f32, i32 or i8";
  }
  return success();
}

// An output depends on every parallel dimension, otherwise points would write the same element, and on no other.
LogicalResult GenericLowering::checkOutputs() {
  for (OpOperand &output : op.getDpsInitsMutable()) {
    AffineMap map = op.getMatchingIndexingMap(&output);
    if (!map.isProjectedPermutation(/*allowZeroInResults=*/true))
      return op.emitOpError("output map must be a projected permutation, but is ") << AffineMapAttr::get(map);
    for (auto [i, type] : llvm::enumerate(iterators))
      if (sizes[i] != 1 && map.isFunctionOfDim(i) != linalg::isParallelIterator(type))
        return op.emitOpError("output map must use all parallel dimensions and no reduction, but is ")
               << AffineMapAttr::get(map);
  }
  return success();
}

LogicalResult GenericLowering::checkPayload() {
  for (Operation &inner : op.getBody()->without_terminator())
    if (!isa<linalg::IndexOp>(inner) && !isSupportedArithmetic(&inner))
      return inner.emitOpError("is not supported in the payload of a kernel's linalg.generic");
  return success();
}

LogicalResult GenericLowering::matchReductions() {
  SmallVector<BlockArgument> outputs(op.getRegionOutputArgs());
  for (unsigned i = 0; i < outputs.size(); ++i) {
    SmallVector<Operation *> combiners;
    Value reduced = matchReduction(outputs, i, combiners);
    if (!reduced || combiners.size() != 1)
      return op.emitOpError("output ") << i << " of a reduction must be combined with its old value by one operation";
    std::optional<vector::CombiningKind> kind = linalg::getCombinerOpKind(combiners[0]);
    std::optional<TypedAttr> neutral = arith::getNeutralElement(combiners[0]);
    if (!kind || !neutral)
      return combiners[0]->emitOpError("is not supported as the combiner of a reduction");
    reductions.push_back({combiners[0], *kind, *neutral, reduced});
  }
  return success();
}

//===----------------------------------------------------------------------===//
// linalg.generic: loops
//===----------------------------------------------------------------------===//

SmallVector<Value> GenericLowering::forLoop(int64_t upper, int64_t step, ValueRange inits,
                                            function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  Value zero = constantIndex(b, b.getLoc(), 0);
  if (upper == step)
    return body(zero, inits);
  auto loop =
      scf::ForOp::create(b, zero, constantIndex(b, b.getLoc(), upper), constantIndex(b, b.getLoc(), step), inits);
  OpBuilder::InsertionGuard guard(b);
  if (!loop.getBody()->empty())
    loop.getBody()->getTerminator()->erase();
  b.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> results = body(loop.getInductionVar(), loop.getRegionIterArgs());
  scf::YieldOp::create(b, results);
  return SmallVector<Value>(loop.getResults());
}

SmallVector<Value> GenericLowering::nest(ArrayRef<unsigned> dims, ValueRange inits, Body body) {
  if (dims.empty())
    return body(inits);
  return forLoop(sizes[dims.front()], 1, inits, [&](Value iv, ValueRange args) {
    ivs[dims.front()] = iv;
    return nest(dims.drop_front(), args, body);
  });
}

// `body` gets the index that the segments' offsets count from (null: zero).
SmallVector<Value> GenericLowering::overCut(const Cut &cut, ValueRange inits, CutBody body) {
  SmallVector<Value> values(inits);
  if (cut.trips != 0)
    values = forLoop(cut.trips * cut.step, cut.step, values,
                     [&](Value iv, ValueRange args) { return body(iv, cut.body, args); });
  if (!cut.tail.empty())
    values = body(Value(), cut.tail, values);
  return values;
}

SmallVector<unsigned> GenericLowering::dims(utils::IteratorType type, bool withLast) const {
  SmallVector<unsigned> result;
  for (unsigned i = 0; i < sizes.size(); ++i)
    if (iterators[i] == type && (withLast || i != last()))
      result.push_back(i);
  return result;
}

//===----------------------------------------------------------------------===//
// linalg.generic: memory
//===----------------------------------------------------------------------===//

Access GenericLowering::access(OpOperand &operand) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  if (sizes.empty() || !map.isFunctionOfDim(last()))
    return Access::Uniform;
  SmallVector<int64_t> strides;
  int64_t offset;
  auto type = cast<MemRefType>(operand.get().getType());
  bool unit = succeeded(type.getStridesAndOffset(strides, offset)) && strides.back() == 1;
  bool others = llvm::any_of(map.getResults().drop_back(), [&](AffineExpr e) { return e.isFunctionOfDim(last()); });
  return unit && !others && isa<AffineDimExpr>(map.getResults().back()) ? Access::Contiguous : Access::Strided;
}

Value GenericLowering::index(int64_t offset, Value base) {
  if (base && offset == 0)
    return base;
  Value value = constantIndex(b, b.getLoc(), offset);
  return base ? arith::AddIOp::create(b, base, value).getResult() : value;
}

SmallVector<Value> GenericLowering::indices(OpOperand &operand, Value lastIndex) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  SmallVector<Value> dims = ivs;
  if (!dims.empty() && lastIndex)
    dims.back() = lastIndex;
  auto apply = [&](AffineExpr expr) -> Value {
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      return dims[dim.getPosition()];
    // What the expression does not use may have no value here.
    SmallVector<Value> used(dims.size(), constantIndex(b, b.getLoc(), 0));
    for (auto [i, dim] : llvm::enumerate(dims))
      if (expr.isFunctionOfDim(i))
        used[i] = dim;
    return affine::AffineApplyOp::create(b, AffineMap::get(map.getNumDims(), 0, expr), used);
  };
  return llvm::map_to_vector(map.getResults(), apply);
}

Value GenericLowering::load(OpOperand &operand, Value base, const Segment &segment) {
  Value first = sizes.empty() ? Value() : index(segment.offset, base);
  if (segment.lanes == 1)
    return memref::LoadOp::create(b, operand.get(), indices(operand, first));
  if (access(operand) == Access::Strided)
    return loadStrided(operand, base, segment);
  Type element = getElementTypeOrSelf(operand.get());
  auto type = VectorType::get(segment.lanes, element);
  if (segment.valid == segment.lanes)
    return vector::LoadOp::create(b, type, operand.get(), indices(operand, first));
  Value zero = arith::ConstantOp::create(b, type, cast<TypedAttr>(b.getZeroAttr(type)));
  return vector::MaskedLoadOp::create(b, type, operand.get(), indices(operand, first), mask(segment), zero);
}

Value GenericLowering::loadStrided(OpOperand &operand, Value base, const Segment &segment) {
  Type element = getElementTypeOrSelf(operand.get());
  SmallVector<Value> lanes;
  for (int64_t i = 0; i < segment.valid; ++i)
    lanes.push_back(memref::LoadOp::create(b, operand.get(), indices(operand, index(segment.offset + i, base))));
  if (segment.valid != segment.lanes)
    lanes.resize(segment.lanes, arith::ConstantOp::create(b, cast<TypedAttr>(b.getZeroAttr(element))));
  return vector::FromElementsOp::create(b, VectorType::get(segment.lanes, element), lanes);
}

void GenericLowering::store(Value value, OpOperand &operand, Value base, const Segment &segment) {
  Value first = sizes.empty() ? Value() : index(segment.offset, base);
  value = widen(value, segment.lanes);
  if (segment.lanes == 1) {
    memref::StoreOp::create(b, value, operand.get(), indices(operand, first));
    return;
  }
  if (access(operand) == Access::Strided) {
    for (int64_t i = 0; i < segment.valid; ++i)
      memref::StoreOp::create(b, vector::ExtractOp::create(b, value, i), operand.get(),
                              indices(operand, index(segment.offset + i, base)));
    return;
  }
  if (segment.valid == segment.lanes)
    vector::StoreOp::create(b, value, operand.get(), indices(operand, first));
  else
    vector::MaskedStoreOp::create(b, operand.get(), indices(operand, first), mask(segment), value);
}

// Once before the last dimension's loop: LLVM cannot know that the loop's stores do not change them.
void GenericLowering::loadUniform() {
  uniform.assign(op->getNumOperands(), Value());
  for (OpOperand &operand : op->getOpOperands())
    if (access(operand) == Access::Uniform && op.payloadUsesValueFromOperand(&operand))
      if (!isReduction() || op.isDpsInput(&operand))
        uniform[operand.getOperandNumber()] = memref::LoadOp::create(b, operand.get(), indices(operand, Value()));
}

// The operands' values for the payload; in a reduction only the inputs'.
SmallVector<Value> GenericLowering::loadAll(Value base, const Segment &segment) {
  SmallVector<Value> values = uniform;
  for (OpOperand &operand : op->getOpOperands()) {
    if (access(operand) == Access::Uniform || !op.payloadUsesValueFromOperand(&operand))
      continue;
    if (!isReduction() || op.isDpsInput(&operand))
      values[operand.getOperandNumber()] = load(operand, base, segment);
  }
  return values;
}

//===----------------------------------------------------------------------===//
// linalg.generic: payload
//===----------------------------------------------------------------------===//

Type GenericLowering::laneType(Type type, int64_t lanes) const {
  return lanes == 1 ? type : VectorType::get(lanes, type);
}

Value GenericLowering::widen(Value value, int64_t lanes) {
  if (lanes == 1 || isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(b, VectorType::get(lanes, value.getType()), value);
}

Value GenericLowering::computeIndex(linalg::IndexOp indexOp, Value base, const Segment &segment) {
  if (indexOp.getDim() != last())
    return ivs[indexOp.getDim()];
  Value first = index(segment.offset, base);
  if (segment.lanes == 1)
    return first;
  SmallVector<int64_t> steps(segment.lanes);
  std::iota(steps.begin(), steps.end(), 0);
  auto type = VectorType::get(segment.lanes, b.getIndexType());
  auto values = DenseIntElementsAttr::get(type, steps);
  return arith::AddIOp::create(b, widen(first, segment.lanes), arith::ConstantOp::create(b, values));
}

// What the outputs get of one segment (of a reduction: what is to be accumulated). Values that do not depend on the
// last dimension stay scalars.
SmallVector<Value> GenericLowering::compute(Value base, const Segment &segment, ArrayRef<Value> loaded) {
  IRMapping map;
  for (auto [argument, value] : llvm::zip_equal(op.getBody()->getArguments(), loaded))
    if (value)
      map.map(argument, value);
  for (Operation &inner : op.getBody()->without_terminator()) {
    if (llvm::any_of(reductions, [&](const Reduction &r) { return r.combiner == &inner; }))
      continue;
    if (auto indexOp = dyn_cast<linalg::IndexOp>(inner)) {
      map.map(indexOp.getResult(), computeIndex(indexOp, base, segment));
      continue;
    }
    auto isVector = [&](Value v) { return isa<VectorType>(map.lookupOrDefault(v).getType()); };
    bool vectors = llvm::any_of(inner.getOperands(), isVector);
    Operation *copy = inner.clone(map);
    for (OpOperand &operand : copy->getOpOperands())
      operand.set(widen(operand.get(), vectors ? segment.lanes : 1));
    b.insert(copy);
    for (auto [from, to] : llvm::zip_equal(inner.getResults(), copy->getResults())) {
      to.setType(laneType(from.getType(), vectors ? segment.lanes : 1));
      map.map(from, to);
    }
  }
  SmallVector<Value> results;
  for (auto [i, yielded] : llvm::enumerate(op.getBody()->getTerminator()->getOperands()))
    results.push_back(map.lookupOrDefault(isReduction() ? reductions[i].reduced : yielded));
  return results;
}

// Cheap payloads need several vectors in flight; dear ones fill the pipeline alone and would only bloat the code.
int64_t GenericLowering::unrollFactor() {
  int64_t cost = 0;
  for (Operation &inner : op.getBody()->without_terminator())
    cost += isa<math::ErfOp, math::ExpOp, math::ExpM1Op, math::LogOp, math::Log1pOp, math::TanhOp>(inner) ? 20 : 1;
  return cost <= 12 ? 4 : cost <= 45 ? 2 : 1;
}

//===----------------------------------------------------------------------===//
// linalg.generic: reductions
//===----------------------------------------------------------------------===//

Value GenericLowering::mask(const Segment &segment) {
  SmallVector<bool> bits(segment.lanes);
  std::fill_n(bits.begin(), segment.valid, true);
  auto type = VectorType::get(segment.lanes, b.getI1Type());
  return arith::ConstantOp::create(b, DenseElementsAttr::get(type, bits));
}

Value GenericLowering::neutral(const Reduction &reduction, int64_t lanes) {
  TypedAttr attr = reduction.neutral;
  if (lanes != 1)
    attr = SplatElementsAttr::get(VectorType::get(lanes, attr.getType()), Attribute(attr));
  return arith::ConstantOp::create(b, attr);
}

Value GenericLowering::combine(const Reduction &reduction, Value x, Value y) {
  return vector::makeArithReduction(b, b.getLoc(), reduction.kind, x, y);
}

Value GenericLowering::combineAll(const Reduction &reduction, ArrayRef<Value> values) {
  if (values.size() == 1)
    return values.front();
  size_t half = values.size() / 2;
  return combine(reduction, combineAll(reduction, values.take_front(half)),
                 combineAll(reduction, values.drop_front(half)));
}

// A fixed tree of shuffles, not a chain: the order is the compiler's choice once.
Value GenericLowering::acrossLanes(const Reduction &reduction, Value value) {
  if (!isa<VectorType>(value.getType()))
    return value;
  return vector::ReductionOp::create(b, reduction.kind, value, arith::FastMathFlags::reassoc);
}

//===----------------------------------------------------------------------===//
// linalg.generic: code
//===----------------------------------------------------------------------===//

void GenericLowering::lower() {
  if (llvm::is_contained(sizes, 0))
    ; // nothing to do
  else if (!isReduction())
    lowerParallel();
  else if (linalg::isReductionIterator(iterators[last()]))
    lowerReductionOfLast();
  else
    lowerReductionOfOthers();
  op.erase();
}

// One step of the last dimension's loop. All loads come first, so that the stores do not hold them up.
void GenericLowering::computeParallel(Value base, ArrayRef<Segment> segments) {
  SmallVector<SmallVector<Value>> loaded, results;
  for (const Segment &segment : segments)
    loaded.push_back(loadAll(base, segment));
  for (auto [segment, values] : llvm::zip_equal(segments, loaded))
    results.push_back(compute(base, segment, values));
  for (auto [segment, values] : llvm::zip_equal(segments, results))
    for (auto [value, output] : llvm::zip_equal(values, op.getDpsInitsMutable()))
      store(value, output, base, segment);
}

// The dimension in which a transposed operand is contiguous; its loop is then the innermost one: lanes far apart are
// read from their cache lines one element after the other.
std::optional<unsigned> GenericLowering::transposedDim() {
  for (OpOperand &operand : op->getOpOperands())
    if (access(operand) == Access::Strided)
      if (auto dim = dyn_cast<AffineDimExpr>(op.getMatchingIndexingMap(&operand).getResults().back()))
        if (dim.getPosition() != last())
          return dim.getPosition();
  return std::nullopt;
}

void GenericLowering::lowerParallel() {
  // Lanes beyond the end would divide by zero.
  bool divides = llvm::any_of(op.getBody()->getOperations(), [](Operation &inner) {
    return isa<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp, arith::CeilDivSIOp, arith::CeilDivUIOp,
               arith::FloorDivSIOp>(inner);
  });
  std::optional<unsigned> inner = transposedDim();
  Cut cut = cutDimension(sizes.empty() ? 1 : sizes.back(), width, inner ? 1 : unrollFactor(),
                         divides ? Remainder::Exact : Remainder::Narrow);
  SmallVector<unsigned> outer = dims(utils::IteratorType::parallel, false);
  if (inner)
    llvm::erase(outer, *inner);
  nest(outer, {}, [&](ValueRange) {
    if (!inner)
      loadUniform();
    return overCut(cut, {}, [&](Value base, ArrayRef<Segment> segments, ValueRange) {
      if (!inner)
        return computeParallel(base, segments), SmallVector<Value>();
      return nest(*inner, {}, [&](ValueRange) {
        loadUniform();
        computeParallel(base, segments);
        return SmallVector<Value>();
      });
    });
  });
}

// Accumulators are ordered [which][output].
void GenericLowering::lowerReductionOfLast() {
  Cut cut = cutDimension(sizes.back(), width, unrollFactor(), Remainder::FullWidth);
  ArrayRef<Segment> widest = cut.trips != 0 ? cut.body : cut.tail;
  int64_t count = std::min<int64_t>(widest.size(), 4), lanes = widest.front().lanes;
  unsigned outputs = reductions.size();

  nest(dims(utils::IteratorType::parallel, false), {}, [&](ValueRange) {
    SmallVector<Value> start;
    for (int64_t i = 0; i < count; ++i)
      for (const Reduction &reduction : reductions)
        start.push_back(neutral(reduction, lanes));
    SmallVector<Value> sums = nest(dims(utils::IteratorType::reduction, false), start, [&](ValueRange outer) {
      loadUniform();
      return overCut(cut, outer, [&](Value base, ArrayRef<Segment> segments, ValueRange args) {
        SmallVector<Value> accumulators(args);
        for (auto [i, segment] : llvm::enumerate(segments)) {
          SmallVector<Value> values = compute(base, segment, loadAll(base, segment));
          for (auto [k, reduction] : llvm::enumerate(reductions)) {
            Value &accumulator = accumulators[i % count * outputs + k];
            Value value = widen(values[k], lanes);
            if (segment.valid != segment.lanes)
              value = arith::SelectOp::create(b, mask(segment), value, neutral(reduction, lanes));
            accumulator = combine(reduction, accumulator, value);
          }
        }
        return accumulators;
      });
    });
    for (auto [k, output] : llvm::enumerate(op.getDpsInitsMutable())) {
      SmallVector<Value> parts;
      for (int64_t i = 0; i < count; ++i)
        parts.push_back(sums[i * outputs + k]);
      Value sum = acrossLanes(reductions[k], combineAll(reductions[k], parts));
      SmallVector<Value> at = indices(output, Value());
      Value old = memref::LoadOp::create(b, output.get(), at);
      memref::StoreOp::create(b, combine(reductions[k], old, sum), output.get(), at);
    }
    return SmallVector<Value>();
  });
}

void GenericLowering::lowerReductionOfOthers() {
  SmallVector<unsigned> reduced = dims(utils::IteratorType::reduction, false);
  Cut cut = cutDimension(sizes.back(), width, unrollFactor(), Remainder::Narrow);
  nest(dims(utils::IteratorType::parallel, false), {}, [&](ValueRange) {
    return overCut(cut, {}, [&](Value base, ArrayRef<Segment> tile, ValueRange) {
      reduceTile(reduced, base, tile);
      return SmallVector<Value>();
    });
  });
}

// The tile's accumulators stay in registers over all reduction loops. A narrow tile has several for each segment, which
// take turns. They are ordered [turn][segment][output].
void GenericLowering::reduceTile(ArrayRef<unsigned> reduced, Value base, ArrayRef<Segment> tile) {
  unsigned inner = reduced.back();
  int64_t turns = std::max<int64_t>(1, std::min<int64_t>(unrollFactor() / tile.size(), sizes[inner]));
  Cut cut = cutDimension(sizes[inner], 1, turns, Remainder::Exact);
  size_t perTurn = tile.size() * reductions.size();
  SmallVector<Value> start;
  for (int64_t turn = 0; turn < turns; ++turn)
    for (const Segment &segment : tile)
      for (const Reduction &reduction : reductions)
        start.push_back(neutral(reduction, segment.lanes));

  SmallVector<Value> sums = nest(reduced.drop_back(), start, [&](ValueRange outer) {
    return overCut(cut, outer, [&](Value row, ArrayRef<Segment> rows, ValueRange args) {
      SmallVector<Value> accumulators(args);
      for (auto [turn, oneRow] : llvm::enumerate(rows)) {
        ivs[inner] = index(oneRow.offset, row);
        loadUniform();
        Value *accumulator = &accumulators[turn % turns * perTurn];
        for (const Segment &segment : tile) {
          SmallVector<Value> values = compute(base, segment, loadAll(base, segment));
          for (auto [reduction, value] : llvm::zip_equal(reductions, values)) {
            *accumulator = combine(reduction, *accumulator, widen(value, segment.lanes));
            ++accumulator;
          }
        }
      }
      return accumulators;
    });
  });
  for (auto [s, segment] : llvm::enumerate(tile)) {
    for (auto [k, output] : llvm::enumerate(op.getDpsInitsMutable())) {
      SmallVector<Value> parts;
      for (int64_t turn = 0; turn < turns; ++turn)
        parts.push_back(sums[turn * perTurn + s * reductions.size() + k]);
      Value sum = combineAll(reductions[k], parts);
      store(combine(reductions[k], load(output, base, segment), sum), output, base, segment);
    }
  }
}

// Exchanges two parallel dimensions.
void exchange(linalg::GenericOp op, unsigned one, unsigned other) {
  auto exchanged = [&](unsigned dim) { return dim == one ? other : dim == other ? one : dim; };
  OpBuilder b(op);
  SmallVector<AffineExpr> dims;
  for (unsigned i = 0; i < op.getNumLoops(); ++i)
    dims.push_back(b.getAffineDimExpr(exchanged(i)));
  AffineMap permutation = AffineMap::get(dims.size(), 0, dims, op.getContext());
  SmallVector<AffineMap> maps;
  for (AffineMap map : op.getIndexingMapsArray())
    maps.push_back(map.compose(permutation));
  op.setIndexingMapsAttr(b.getAffineMapArrayAttr(maps));
  for (auto index : op.getBody()->getOps<linalg::IndexOp>())
    index.setDim(exchanged(index.getDim()));
}

// Contiguous stores before contiguous loads: makes the dimension in which a transposed output is contiguous the last.
void preferContiguousStores(linalg::GenericOp op) {
  unsigned loops = op.getNumLoops();
  if (op.getNumParallelLoops() != loops || loops < 2)
    return;
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  for (OpOperand &output : op.getDpsInitsMutable()) {
    ArrayRef<AffineExpr> results = op.getMatchingIndexingMap(&output).getResults();
    auto dim = dyn_cast_if_present<AffineDimExpr>(results.empty() ? AffineExpr() : results.back());
    if (dim && dim.getPosition() != loops - 1 && sizes[dim.getPosition()] >= std::min<int64_t>(sizes.back(), 8))
      return exchange(op, dim.getPosition(), loops - 1);
  }
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

LogicalResult lowerKernel(func::FuncOp func, int64_t width) {
  if (failed(checkSignature(func)))
    return failure();
  FailureOr<scf::ForallOp> forall = findForall(func);
  if (failed(forall) || failed(checkBody(*forall)))
    return failure();
  SmallVector<linalg::GenericOp> generics;
  func.walk([&](linalg::GenericOp op) { generics.push_back(op); });
  for (linalg::GenericOp op : generics) {
    if (failed(GenericLowering(op, width).check()))
      return failure();
    preferContiguousStores(op);
    GenericLowering lowering(op, width);
    if (failed(lowering.check()))
      return failure();
    lowering.lower();
  }
  lowerLastPoints(func);
  lowerForall(func, *forall);
  return hoistAllocas(func);
}

struct LowerKernelsToLoops : dpsims::impl::LowerKernelsToLoopsBase<LowerKernelsToLoops> {
  using LowerKernelsToLoopsBase::LowerKernelsToLoopsBase;

  void runOnOperation() override {
    if (vectorWidth < 1 || !llvm::isPowerOf2_64(vectorWidth)) {
      getOperation().emitError("vector-width must be a power of two, but is ") << vectorWidth;
      return signalPassFailure();
    }
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (func->hasAttr("dpsims.kernel") && failed(lowerKernel(func, vectorWidth)))
        return signalPassFailure();
  }
};

} // namespace
