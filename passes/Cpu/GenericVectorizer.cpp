// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The last dimension is cut into segments of at most a vector: a loop over groups of full vectors, then what is left in
// straight-line code, masked where its size is not a power of two. Shapes are static, so every mask is a constant.

#include "passes/Cpu/GenericVectorizer.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"

#include <numeric>

using namespace mlir;

namespace dpsims {

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

SmallVector<Value> GenericVectorizer::forLoop(int64_t upper, int64_t step, ValueRange inits,
                                              function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  Value zero = constantIndex(0);
  if (upper == step)
    return body(zero, inits);
  auto loop = scf::ForOp::create(b, zero, constantIndex(upper), constantIndex(step), inits);
  OpBuilder::InsertionGuard guard(b);
  if (!loop.getBody()->empty())
    loop.getBody()->getTerminator()->erase();
  b.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> results = body(loop.getInductionVar(), loop.getRegionIterArgs());
  scf::YieldOp::create(b, results);
  return SmallVector<Value>(loop.getResults());
}

SmallVector<Value> GenericVectorizer::nest(ArrayRef<unsigned> dims, ValueRange inits, Body body) {
  if (dims.empty())
    return body(inits);
  return forLoop(sizes[dims.front()], 1, inits, [&](Value iv, ValueRange args) {
    ivs[dims.front()] = iv;
    return nest(dims.drop_front(), args, body);
  });
}

// `body` gets the index that the segments' offsets count from (null: zero).
SmallVector<Value> GenericVectorizer::overCut(const Cut &cut, ValueRange inits, CutBody body) {
  SmallVector<Value> values(inits);
  if (cut.trips != 0)
    values = forLoop(cut.trips * cut.step, cut.step, values,
                     [&](Value iv, ValueRange args) { return body(iv, cut.body, args); });
  if (!cut.tail.empty())
    values = body(Value(), cut.tail, values);
  return values;
}

SmallVector<unsigned> GenericVectorizer::dims(utils::IteratorType type, bool withLast) const {
  SmallVector<unsigned> result;
  for (unsigned i = 0; i < sizes.size(); ++i)
    if (iterators[i] == type && (withLast || i != last()))
      result.push_back(i);
  return result;
}

//===----------------------------------------------------------------------===//
// Payload
//===----------------------------------------------------------------------===//

Type GenericVectorizer::laneType(Type type, int64_t lanes) const {
  return lanes == 1 ? type : VectorType::get(lanes, type);
}

Value GenericVectorizer::widen(Value value, int64_t lanes) {
  if (lanes == 1 || isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(b, VectorType::get(lanes, value.getType()), value);
}

Value GenericVectorizer::computeIndex(linalg::IndexOp indexOp, Value base, const Segment &segment) {
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
SmallVector<Value> GenericVectorizer::compute(Value base, const Segment &segment, ArrayRef<Value> loaded) {
  IRMapping map;
  for (auto [argument, value] : llvm::zip_equal(op.getBody()->getArguments(), loaded))
    if (value)
      map.map(argument, value);
  for (Operation &inner : op.getBody()->without_terminator()) {
    if (llvm::any_of(reductions, [&](const KernelReduction &r) { return r.combiner == &inner; }))
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

// Cheap payloads need several vectors in flight; expensive ones fill the pipeline alone and would only bloat the code.
int64_t GenericVectorizer::unrollFactor() {
  int64_t cost = 0;
  for (Operation &inner : op.getBody()->without_terminator())
    cost += isa<math::ErfOp, math::ExpOp, math::ExpM1Op, math::LogOp, math::Log1pOp, math::TanhOp>(inner) ? 20 : 1;
  return cost <= 12 ? 4 : cost <= 45 ? 2 : 1;
}

//===----------------------------------------------------------------------===//
// Parallel dimensions alone
//===----------------------------------------------------------------------===//

void GenericVectorizer::run() {
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
void GenericVectorizer::computeParallel(Value base, ArrayRef<Segment> segments) {
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
std::optional<unsigned> GenericVectorizer::transposedDim() {
  for (OpOperand &operand : op->getOpOperands())
    if (access(operand) == Access::Strided)
      if (auto dim = dyn_cast<AffineDimExpr>(op.getMatchingIndexingMap(&operand).getResults().back()))
        if (dim.getPosition() != last())
          return dim.getPosition();
  return std::nullopt;
}

void GenericVectorizer::lowerParallel() {
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

} // namespace dpsims
