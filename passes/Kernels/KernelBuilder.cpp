// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Kernels/KernelBuilder.h"
#include "passes/Kernels/KernelForm.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include "llvm/ADT/Sequence.h"

using namespace mlir;

namespace dpsims {

namespace {

/// Elements as a payload computes with them.
Value widened(ImplicitLocOpBuilder &b, Value x) {
  return isNarrowFloat(x.getType()) ? arith::ExtFOp::create(b, b.getF32Type(), x).getResult() : x;
}

/// What a payload computes as elements of that type.
Value narrowed(ImplicitLocOpBuilder &b, Value x, Type type) {
  return isNarrowFloat(type) ? b.createOrFold<arith::TruncFOp>(type, x) : x;
}

} // namespace

KernelBuilder::KernelBuilder(Location location, ArrayRef<MemRefType> arguments, ArrayRef<int64_t> grid)
    : builder(location, location.getContext()) {
  auto type = builder.getFunctionType(SmallVector<Type>(arguments.begin(), arguments.end()), {});
  func = func::FuncOp::create(location, "kernel", type);
  func->setAttr("dpsims.kernel", builder.getUnitAttr());
  builder.setInsertionPointToStart(func.addEntryBlock());
  auto one = builder.getIndexAttr(1);
  auto attributes = [&](ArrayRef<int64_t> values) {
    return llvm::map_to_vector(values, [&](int64_t v) -> OpFoldResult { return builder.getIndexAttr(v); });
  };
  SmallVector<OpFoldResult> bounds = grid.empty() ? SmallVector<OpFoldResult>{one} : attributes(grid);
  SmallVector<OpFoldResult> lower(bounds.size(), builder.getIndexAttr(0)), steps(bounds.size(), one);
  auto forall = scf::ForallOp::create(builder, lower, bounds, steps, ValueRange(), std::nullopt);
  func::ReturnOp::create(builder);
  builder.setInsertionPointToStart(forall.getBody());
  ids.assign(forall.getInductionVars().begin(), forall.getInductionVars().end());
}

//===-- Indices ---------------------------------------------------------------------------------------------------===//

OpFoldResult KernelBuilder::affine(OpFoldResult a, int64_t scale, int64_t offset) {
  AffineExpr x = builder.getAffineDimExpr(0);
  return affine::makeComposedFoldedAffineApply(builder, builder.getLoc(), x * scale + offset, {a});
}

OpFoldResult KernelBuilder::add(OpFoldResult a, OpFoldResult b) {
  AffineExpr sum = builder.getAffineDimExpr(0) + builder.getAffineDimExpr(1);
  return affine::makeComposedFoldedAffineApply(builder, builder.getLoc(), sum, {a, b});
}

OpFoldResult KernelBuilder::floorDiv(OpFoldResult a, int64_t by) {
  return affine::makeComposedFoldedAffineApply(builder, builder.getLoc(), builder.getAffineDimExpr(0).floorDiv(by),
                                               {a});
}

Value KernelBuilder::asValue(OpFoldResult value) {
  return getValueOrCreateConstantIndexOp(builder, builder.getLoc(), value);
}

Value KernelBuilder::constant(float value) {
  return arith::ConstantOp::create(builder, builder.getF32FloatAttr(value));
}

//===-- Memory ----------------------------------------------------------------------------------------------------===//

KernelOperand KernelBuilder::operand(Value memref, const Access &access, ArrayRef<Loop> loops) {
  if (access.empty())
    return {memref, {}};
  SmallVector<OpFoldResult> offsets, sizes, strides;
  SmallVector<int64_t> kept;
  KernelOperand result;
  for (const Position &position : access) {
    bool counted = position.stride != 0;
    int64_t size = counted ? loops[position.loop].size : 1;
    offsets.push_back(position.base);
    sizes.push_back(builder.getIndexAttr(size));
    strides.push_back(builder.getIndexAttr(counted ? position.stride : 1));
    if (!counted)
      continue;
    kept.push_back(size);
    result.loops.push_back(position.loop);
  }
  auto type =
      memref::SubViewOp::inferRankReducedResultType(kept, cast<MemRefType>(memref.getType()), offsets, sizes, strides);
  result.view = memref::SubViewOp::create(builder, cast<MemRefType>(type), memref, offsets, sizes, strides);
  return result;
}

Value KernelBuilder::local(ArrayRef<int64_t> sizes) {
  return memref::AllocaOp::create(builder, MemRefType::get(sizes, builder.getF32Type()));
}

Value KernelBuilder::accumulator(Value output) {
  auto type = cast<MemRefType>(output.getType());
  return isNarrowFloat(type.getElementType()) ? local(type.getShape()) : output;
}

void KernelBuilder::finish(Value accumulator, Value output) {
  if (accumulator != output)
    map(accumulator, output, [](ImplicitLocOpBuilder &, ValueRange x) { return x[0]; });
}

Value KernelBuilder::load(Value scalar) { return memref::LoadOp::create(builder, scalar, ValueRange()); }
void KernelBuilder::store(Value value, Value scalar) { memref::StoreOp::create(builder, value, scalar, ValueRange()); }

//===-- Control ---------------------------------------------------------------------------------------------------===//

void KernelBuilder::forEach(OpFoldResult low, OpFoldResult high, llvm::function_ref<void(Value)> body) {
  auto loop = scf::ForOp::create(builder, asValue(low), asValue(high), asValue(index(1)));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

void KernelBuilder::when(Value condition, llvm::function_ref<void()> body) {
  auto branch = scf::IfOp::create(builder, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  body();
}

Value KernelBuilder::inside(OpFoldResult index, int64_t low, int64_t high) {
  Value i = asValue(index);
  Value above = arith::CmpIOp::create(builder, arith::CmpIPredicate::sge, i, asValue(builder.getIndexAttr(low)));
  Value below = arith::CmpIOp::create(builder, arith::CmpIPredicate::slt, i, asValue(builder.getIndexAttr(high)));
  return arith::AndIOp::create(builder, above, below);
}

//===-- linalg.generic --------------------------------------------------------------------------------------------===//

void KernelBuilder::compute(ArrayRef<Loop> loops, ArrayRef<KernelOperand> inputs, ArrayRef<KernelOperand> outputs,
                            Payloads payload) {
  SmallVector<Value> read, written;
  SmallVector<AffineMap> maps;
  SmallVector<bool> counted(loops.size(), false);
  auto mapOf = [&](ArrayRef<unsigned> dims) {
    auto exprs = llvm::map_to_vector(dims, [&](unsigned d) { return builder.getAffineDimExpr(d); });
    return AffineMap::get(loops.size(), 0, exprs, builder.getContext());
  };
  for (const KernelOperand &input : inputs) {
    read.push_back(input.view);
    maps.push_back(mapOf(input.loops));
  }
  for (const KernelOperand &operand : llvm::concat<const KernelOperand>(inputs, outputs))
    for (unsigned loop : operand.loops)
      counted[loop] = true;
  auto missing = llvm::filter_to_vector(llvm::seq<unsigned>(0, loops.size()), [&](unsigned d) { return !counted[d]; });
  if (!missing.empty()) { // linalg takes a loop's size from an operand
    read.push_back(emptyOperand(llvm::map_to_vector(missing, [&](unsigned d) { return loops[d].size; })));
    maps.push_back(mapOf(missing));
  }
  for (const KernelOperand &output : outputs) {
    written.push_back(output.view);
    maps.push_back(mapOf(output.loops));
  }
  auto iterators = llvm::map_to_vector(loops, [](const Loop &loop) {
    return loop.reduced ? utils::IteratorType::reduction : utils::IteratorType::parallel;
  });
  Location location = builder.getLoc();
  linalg::GenericOp::create(builder, read, written, maps, iterators,
                            [&](OpBuilder &nested, Location, ValueRange arguments) {
                              ImplicitLocOpBuilder inner(location, nested);
                              inner.setInsertionPoint(nested.getInsertionBlock(), nested.getInsertionPoint());
                              SmallVector<Value> given, results;
                              for (Value x : arguments.take_front(inputs.size()))
                                given.push_back(widened(inner, x));
                              for (Value x : arguments.take_back(outputs.size()))
                                given.push_back(widened(inner, x));
                              for (auto [x, output] : llvm::zip_equal(payload(inner, given), outputs))
                                results.push_back(narrowed(inner, x, elementOf(output.view)));
                              linalg::YieldOp::create(inner, results);
                              for (Value x : given) // a result that is not read need not be loaded
                                if (auto extension = x.getDefiningOp<arith::ExtFOp>(); extension && x.use_empty())
                                  extension.erase();
                            });
}

/// Memory that nobody reads.
Value KernelBuilder::emptyOperand(ArrayRef<int64_t> sizes) {
  return memref::AllocaOp::create(builder, MemRefType::get(sizes, builder.getI8Type()));
}

void KernelBuilder::map(ValueRange inputs, Value output, Payload payload) {
  ArrayRef<int64_t> sizes = cast<MemRefType>(output.getType()).getShape();
  auto loops = llvm::map_to_vector(sizes, [](int64_t size) { return Loop{size}; });
  auto operand = [&](Value view) {
    unsigned rank = cast<MemRefType>(view.getType()).getRank();
    return KernelOperand{view, llvm::to_vector(llvm::seq<unsigned>(sizes.size() - rank, sizes.size()))};
  };
  compute(loops, llvm::map_to_vector(inputs, operand), operand(output),
          [&](ImplicitLocOpBuilder &b, ValueRange arguments) -> SmallVector<Value> {
            return {payload(b, arguments.drop_back())};
          });
}

void KernelBuilder::fill(Value output, float value) {
  if (cast<MemRefType>(output.getType()).getRank() == 0)
    return store(narrowed(builder, constant(value), elementOf(output)), output);
  map({}, output, [&](ImplicitLocOpBuilder &b, ValueRange) -> Value {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  });
}

} // namespace dpsims
