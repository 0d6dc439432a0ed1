// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reductions in vectors (CPU): several independent accumulators stay in registers.

#include "passes/Cpu/GenericVectorizer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace dpsims {

Value GenericVectorizer::neutral(const KernelReduction &reduction, int64_t lanes) {
  TypedAttr attr = reduction.neutral;
  if (lanes != 1)
    attr = SplatElementsAttr::get(VectorType::get(lanes, attr.getType()), Attribute(attr));
  return arith::ConstantOp::create(b, attr);
}

Value GenericVectorizer::combine(const KernelReduction &reduction, Value x, Value y) {
  return vector::makeArithReduction(b, b.getLoc(), reduction.kind, x, y);
}

Value GenericVectorizer::combineAll(const KernelReduction &reduction, ArrayRef<Value> values) {
  if (values.size() == 1)
    return values.front();
  size_t half = values.size() / 2;
  return combine(reduction, combineAll(reduction, values.take_front(half)),
                 combineAll(reduction, values.drop_front(half)));
}

// A fixed tree of shuffles, not a chain: the order is the compiler's choice once.
Value GenericVectorizer::acrossLanes(const KernelReduction &reduction, Value value) {
  if (!isa<VectorType>(value.getType()))
    return value;
  return vector::ReductionOp::create(b, reduction.kind, value, arith::FastMathFlags::reassoc);
}

// Accumulators are ordered [which][output].
void GenericVectorizer::lowerReductionOfLast() {
  Cut cut = cutDimension(sizes.back(), width, unrollFactor(), Remainder::FullWidth);
  ArrayRef<Segment> widest = cut.trips != 0 ? cut.body : cut.tail;
  int64_t count = std::min<int64_t>(widest.size(), 4), lanes = widest.front().lanes;
  unsigned outputs = reductions.size();

  nest(dims(utils::IteratorType::parallel, false), {}, [&](ValueRange) {
    SmallVector<Value> start;
    for (int64_t i = 0; i < count; ++i)
      for (const KernelReduction &reduction : reductions)
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

void GenericVectorizer::lowerReductionOfOthers() {
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
void GenericVectorizer::reduceTile(ArrayRef<unsigned> reduced, Value base, ArrayRef<Segment> tile) {
  unsigned inner = reduced.back();
  int64_t turns = std::max<int64_t>(1, std::min<int64_t>(unrollFactor() / tile.size(), sizes[inner]));
  Cut cut = cutDimension(sizes[inner], 1, turns, Remainder::Exact);
  size_t perTurn = tile.size() * reductions.size();
  SmallVector<Value> start;
  for (int64_t turn = 0; turn < turns; ++turn)
    for (const Segment &segment : tile)
      for (const KernelReduction &reduction : reductions)
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

} // namespace dpsims
