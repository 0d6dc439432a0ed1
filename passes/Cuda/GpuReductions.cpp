// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reductions of a linalg.generic: in a thread, over the threads of a warp by shuffles, over warps through memory.
#include "passes/Cuda/GpuGenericLowering.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace dpsims {

//===-- Modes -----------------------------------------------------------------------------------------------------===//

/// Every thread has elements of its own: it starts from their values and stores them.
void GpuGenericLowering::reduceInThread() {
  Values values;
  for (unsigned element = 0; element < elements.size(); ++element)
    for (OpOperand *output : accumulated)
      values.push_back(load(output, element));
  values = reductionLoops(reductions, values);
  for (auto [number, value] : llvm::enumerate(values))
    store(value, outputOf(number), number / accumulated.size());
}

/// Threads of the same number modulo `lanes` have the same elements, and each a part of the reduction: every so many
/// rounds of its longest loop.
void GpuGenericLowering::reduceRows() {
  auto sizes = op.getStaticLoopRanges();
  llvm::stable_sort(reductions, [&](unsigned a, unsigned b) { return sizes[a] > sizes[b]; });
  int64_t lanes = layout.lanes, rows = threads / lanes;
  Value row = arith::DivUIOp::create(b, loc, kernel.thread, index(lanes));
  Value lane = arith::RemUIOp::create(b, loc, kernel.thread, index(lanes));
  Value first = arith::MulIOp::create(b, loc, lane, index(vector));
  // Lanes beyond the last element take part in the exchange alone.
  Values values = strided(first, lanes * vector, lastDim(op), neutral(vector), [&](Value first, ValueRange init) {
    setElements(first, vector);
    return strided(row, rows, reductions.front(), init, [&](Value counter, ValueRange values) {
      counters[reductions.front()] = counter;
      return reductionLoops(ArrayRef(reductions).drop_front(), values);
    });
  });
  exchange(values, lanes);
  elements = {index(0)};
  storeTotals(values, /*copied=*/true);
  spread({}, [&](ValueRange) {
    storeTotals(values, /*copied=*/false);
    return Values();
  });
  endExchange();
}

/// Every thread has a part of the totals.
void GpuGenericLowering::reduceLast() {
  Values values = reductionLoops(reductions, neutral(1));
  exchange(values, /*lanes=*/1);
  elements = {Value()};
  storeTotals(values, /*copied=*/true);
  {
    OpBuilder::InsertionGuard guard(b);
    createIfFirstThread(b, loc, kernel.thread);
    storeTotals(values, /*copied=*/false);
  }
  endExchange();
}

/// The totals, combined with what is there, of outputs that each thread has a copy of, or of the others.
void GpuGenericLowering::storeTotals(ArrayRef<Value> totals, bool copied) {
  for (unsigned element = 0; element < elements.size(); ++element)
    for (auto [number, output] : llvm::enumerate(accumulated))
      if (kernel.isCopied(output->get()) == copied) {
        Value total = totals[element * accumulated.size() + number];
        store(combine(output, load(output, element), total), output, element);
      }
}

/// The next round of the loops around writes the exchange memory again.
void GpuGenericLowering::endExchange() {
  if (threads > gpuWarp && !outer.empty())
    gpu::BarrierOp::create(b, loc);
}

//===-- In a thread -----------------------------------------------------------------------------------------------===//

GpuGenericLowering::Values GpuGenericLowering::reductionLoops(ArrayRef<unsigned> dims, ValueRange accumulators) {
  if (dims.empty())
    return payload(accumulators);
  if (dims.front() == lastDim(op))
    return spread(accumulators, [&](ValueRange values) { return reductionLoops({}, values); });
  auto loop = scf::ForOp::create(b, loc, index(0), size(dims.front()), index(1), accumulators);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  counters[dims.front()] = loop.getInductionVar();
  Values next = reductionLoops(dims.drop_front(), loop.getRegionIterArgs());
  if (!accumulators.empty()) // without, the builder has made the yield
    scf::YieldOp::create(b, loc, next);
  return loop.getResults();
}

//===-- Over threads ----------------------------------------------------------------------------------------------===//

GpuGenericLowering::Values GpuGenericLowering::neutral(size_t elements) {
  Values values;
  for (size_t element = 0; element < elements; ++element)
    for (OpOperand *output : accumulated)
      values.push_back(arith::ConstantOp::create(b, loc, *arith::getNeutralElement(combinerOf(op, output))));
  return values;
}

Value GpuGenericLowering::combine(OpOperand *output, Value lhs, Value rhs) {
  Operation *combiner = combinerOf(op, output);
  IRMapping mapping;
  mapping.map(combiner->getOperand(0), lhs);
  mapping.map(combiner->getOperand(1), rhs);
  return b.clone(*combiner, mapping)->getResult(0);
}

void GpuGenericLowering::exchange(Values &values, int64_t lanes) {
  exchangeInWarp(values, lanes);
  if (threads > gpuWarp)
    exchangeWarps(values, lanes);
}

/// A butterfly: all threads get the same bits, since the operation is commutative.
void GpuGenericLowering::exchangeInWarp(Values &values, int64_t lanes) {
  for (auto [number, value] : llvm::enumerate(values))
    for (int32_t offset = std::min(threads, gpuWarp) / 2; offset >= lanes; offset /= 2) {
      auto other = gpu::ShuffleOp::create(b, loc, value, offset, gpuWarp, gpu::ShuffleMode::XOR);
      value = combine(outputOf(number), value, other.getShuffleResult());
    }
}

/// The first lanes of each warp, or of as many warps as they fill, leave their values in memory of the block; every
/// thread combines them in the same order.
void GpuGenericLowering::exchangeWarps(Values &values, int64_t lanes) {
  int64_t rowThreads = std::max(gpuWarp, lanes), perThread = values.size() / accumulated.size();
  int64_t rows = threads / rowThreads, width = lanes * perThread;
  Value lane = arith::RemUIOp::create(b, loc, kernel.thread, index(lanes));
  Value column = arith::MulIOp::create(b, loc, lane, index(perThread));
  Values buffers;
  llvm::DenseMap<Type, unsigned> count;
  for (OpOperand *output : accumulated) {
    Type type = getElementTypeOrSelf(output->get().getType());
    buffers.push_back(kernel.exchange(type, rows * width, count[type]++));
  }
  auto place = [&](Value start, size_t number) -> Value {
    Value element = index(number / accumulated.size());
    return arith::AddIOp::create(b, loc, arith::AddIOp::create(b, loc, start, column), element);
  };
  {
    OpBuilder::InsertionGuard guard(b);
    Value row = arith::DivUIOp::create(b, loc, kernel.thread, index(rowThreads));
    Value start = arith::MulIOp::create(b, loc, row, index(width));
    if (lanes < gpuWarp) {
      Value inWarp = arith::RemUIOp::create(b, loc, kernel.thread, index(gpuWarp));
      Value first = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, inWarp, index(lanes));
      b.setInsertionPoint(scf::IfOp::create(b, loc, first, /*withElseRegion=*/false).thenYield());
    }
    for (auto [number, value] : llvm::enumerate(values))
      memref::StoreOp::create(b, loc, value, buffers[number % accumulated.size()], place(start, number));
  }
  gpu::BarrierOp::create(b, loc);
  for (auto [number, value] : llvm::enumerate(values))
    for (int64_t row = 0; row < rows; ++row) {
      Value part =
          memref::LoadOp::create(b, loc, buffers[number % accumulated.size()], place(index(row * width), number));
      value = row == 0 ? part : combine(outputOf(number), value, part);
    }
}

} // namespace dpsims
