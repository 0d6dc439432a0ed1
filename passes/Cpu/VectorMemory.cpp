// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Loads and stores of vectors (CPU).

#include "passes/Cpu/GenericVectorizer.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace dpsims {

Value GenericVectorizer::constantIndex(int64_t value) { return arith::ConstantIndexOp::create(b, value); }

Access GenericVectorizer::access(OpOperand &operand) {
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

Value GenericVectorizer::index(int64_t offset, Value base) {
  if (base && offset == 0)
    return base;
  Value value = constantIndex(offset);
  return base ? arith::AddIOp::create(b, base, value).getResult() : value;
}

SmallVector<Value> GenericVectorizer::indices(OpOperand &operand, Value lastIndex) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  SmallVector<Value> dims = ivs;
  if (!dims.empty() && lastIndex)
    dims.back() = lastIndex;
  auto apply = [&](AffineExpr expr) -> Value {
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      return dims[dim.getPosition()];
    // What the expression does not use may have no value here.
    SmallVector<Value> used(dims.size(), constantIndex(0));
    for (auto [i, dim] : llvm::enumerate(dims))
      if (expr.isFunctionOfDim(i))
        used[i] = dim;
    return affine::AffineApplyOp::create(b, AffineMap::get(map.getNumDims(), 0, expr), used);
  };
  return llvm::map_to_vector(map.getResults(), apply);
}

Value GenericVectorizer::load(OpOperand &operand, Value base, const Segment &segment) {
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

Value GenericVectorizer::loadStrided(OpOperand &operand, Value base, const Segment &segment) {
  Type element = getElementTypeOrSelf(operand.get());
  SmallVector<Value> lanes;
  for (int64_t i = 0; i < segment.valid; ++i)
    lanes.push_back(memref::LoadOp::create(b, operand.get(), indices(operand, index(segment.offset + i, base))));
  if (segment.valid != segment.lanes)
    lanes.resize(segment.lanes, arith::ConstantOp::create(b, cast<TypedAttr>(b.getZeroAttr(element))));
  return vector::FromElementsOp::create(b, VectorType::get(segment.lanes, element), lanes);
}

void GenericVectorizer::store(Value value, OpOperand &operand, Value base, const Segment &segment) {
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
void GenericVectorizer::loadUniform() {
  uniform.assign(op->getNumOperands(), Value());
  for (OpOperand &operand : op->getOpOperands())
    if (access(operand) == Access::Uniform && op.payloadUsesValueFromOperand(&operand))
      if (!isReduction() || op.isDpsInput(&operand))
        uniform[operand.getOperandNumber()] = memref::LoadOp::create(b, operand.get(), indices(operand, Value()));
}

// The operands' values for the payload; in a reduction only the inputs'.
SmallVector<Value> GenericVectorizer::loadAll(Value base, const Segment &segment) {
  SmallVector<Value> values = uniform;
  for (OpOperand &operand : op->getOpOperands()) {
    if (access(operand) == Access::Uniform || !op.payloadUsesValueFromOperand(&operand))
      continue;
    if (!isReduction() || op.isDpsInput(&operand))
      values[operand.getOperandNumber()] = load(operand, base, segment);
  }
  return values;
}

Value GenericVectorizer::mask(const Segment &segment) {
  SmallVector<bool> bits(segment.lanes);
  std::fill_n(bits.begin(), segment.valid, true);
  auto type = VectorType::get(segment.lanes, b.getI1Type());
  return arith::ConstantOp::create(b, DenseElementsAttr::get(type, bits));
}

} // namespace dpsims
