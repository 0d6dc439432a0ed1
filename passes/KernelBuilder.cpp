// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/KernelBuilder.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace dpsims {

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

OpFoldResult KernelBuilder::affine(OpFoldResult a, int64_t scale, int64_t offset) {
  AffineExpr x = builder.getAffineDimExpr(0);
  return affine::makeComposedFoldedAffineApply(builder, builder.getLoc(), x * scale + offset, {a});
}

OpFoldResult KernelBuilder::floorDiv(OpFoldResult a, int64_t by) {
  return affine::makeComposedFoldedAffineApply(builder, builder.getLoc(), builder.getAffineDimExpr(0).floorDiv(by), {a});
}

Value KernelBuilder::asValue(OpFoldResult value) {
  return getValueOrCreateConstantIndexOp(builder, builder.getLoc(), value);
}

Value KernelBuilder::constant(float value) {
  return arith::ConstantOp::create(builder, builder.getF32FloatAttr(value));
}

Value KernelBuilder::view(Value memref, ArrayRef<OpFoldResult> offsets, ArrayRef<int64_t> sizes,
                          ArrayRef<int64_t> strides) {
  if (offsets.empty())
    return memref;
  SmallVector<OpFoldResult> sizeAttrs, strideAttrs;
  SmallVector<int64_t> kept;
  for (size_t i = 0; i < sizes.size(); ++i) {
    sizeAttrs.push_back(builder.getIndexAttr(std::max<int64_t>(sizes[i], 1)));
    strideAttrs.push_back(builder.getIndexAttr(strides.empty() ? 1 : std::max<int64_t>(strides[i], 1)));
    if (sizes[i])
      kept.push_back(sizes[i]);
  }
  auto type = memref::SubViewOp::inferRankReducedResultType(kept, cast<MemRefType>(memref.getType()), offsets,
                                                            sizeAttrs, strideAttrs);
  return memref::SubViewOp::create(builder, cast<MemRefType>(type), memref, offsets, sizeAttrs, strideAttrs);
}

Value KernelBuilder::row(Value memref, const Access &access, int64_t lanes) {
  SmallVector<OpFoldResult> offsets;
  SmallVector<int64_t> sizes, strides;
  for (const Position &position : access) {
    offsets.push_back(position.base);
    sizes.push_back(position.laneStride ? lanes : 0);
    strides.push_back(position.laneStride);
  }
  return view(memref, offsets, sizes, strides);
}

Value KernelBuilder::local(ArrayRef<int64_t> sizes) {
  return memref::AllocaOp::create(builder, MemRefType::get(sizes, builder.getF32Type()));
}

Value KernelBuilder::load(Value scalar) { return memref::LoadOp::create(builder, scalar, ValueRange()); }
void KernelBuilder::store(Value value, Value scalar) {
  memref::StoreOp::create(builder, value, scalar, ValueRange());
}

void KernelBuilder::generic(ValueRange inputs, Value output, int64_t rank, ArrayRef<bool> reductions,
                            Payload payload) {
  MLIRContext *context = builder.getContext();
  SmallVector<AffineMap> maps;
  auto mapOf = [&](Value value, bool isOutput) {
    int64_t given = cast<MemRefType>(value.getType()).getRank();
    SmallVector<AffineExpr> results;
    for (int64_t d = 0; d < rank; ++d)
      if (isOutput ? !reductions[d] : d >= rank - given) // fewer dimensions: the last ones
        results.push_back(builder.getAffineDimExpr(d));
    return AffineMap::get(rank, 0, results, context);
  };
  for (Value input : inputs)
    maps.push_back(mapOf(input, false));
  maps.push_back(mapOf(output, true));
  auto iterators = llvm::map_to_vector(
      reductions, [](bool r) { return r ? utils::IteratorType::reduction : utils::IteratorType::parallel; });
  Location location = builder.getLoc();
  linalg::GenericOp::create(builder, inputs, ValueRange(output), maps, iterators,
                            [&](OpBuilder &nested, Location, ValueRange arguments) {
                              ImplicitLocOpBuilder inner(location, nested);
                              inner.setInsertionPoint(nested.getInsertionBlock(), nested.getInsertionPoint());
                              linalg::YieldOp::create(inner, payload(inner, arguments));
                            });
}

void KernelBuilder::map(ValueRange inputs, Value output, Payload payload) {
  generic(inputs, output, cast<MemRefType>(output.getType()).getRank(),
          SmallVector<bool>(cast<MemRefType>(output.getType()).getRank(), false), payload);
}

void KernelBuilder::reduce(ValueRange inputs, Value output, Payload payload, Payload combine) {
  int64_t rank = cast<MemRefType>(inputs[0].getType()).getRank();
  int64_t kept = cast<MemRefType>(output.getType()).getRank();
  SmallVector<bool> reductions(rank, true);
  for (int64_t d = rank - kept; d < rank; ++d)
    reductions[d] = false;
  generic(inputs, output, rank, reductions, [&](ImplicitLocOpBuilder &b, ValueRange arguments) {
    Value next = payload(b, arguments.drop_back());
    return combine(b, {arguments.back(), next});
  });
}

void KernelBuilder::fill(Value output, float value) {
  if (cast<MemRefType>(output.getType()).getRank() == 0)
    return store(constant(value), output);
  map({}, output, [&](ImplicitLocOpBuilder &b, ValueRange) -> Value {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  });
}

} // namespace dpsims
