// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Ops that pick, order or count elements: their types and gradients.
#include "dialect/Formula.h"
#include "dialect/Inference.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace dpsims;

//===-- Types -----------------------------------------------------------------------------------------------------===//

namespace {
LogicalResult requireIds(Operation *op) {
  if (failed(requireTensors(op)))
    return failure();
  if (!getElementTypeOrSelf(op->getOperand(0).getType()).isSignlessInteger(32))
    return opError(op) << "expects i32 ids, not " << op->getOperand(0).getType();
  return success();
}
} // namespace

LogicalResult OneHotOp::inferTypes(Types &types) {
  if (failed(requireIds(*this)))
    return failure();
  Shape shape(shapeOf(getIds()));
  shape.push_back(getClasses());
  return addResult(*this, types, shape, Float32Type::get(getContext()));
}

LogicalResult InstanceEdgesOp::inferTypes(Types &types) {
  if (failed(requireIds(*this)) || failed(requireRank(*this, 0, 3)))
    return failure();
  Shape shape(shapeOf(getIds()));
  shape.push_back(1);
  return addResult(*this, types, shape, Float32Type::get(getContext()));
}

LogicalResult IotaOp::inferTypes(Types &types) {
  Shape shape = getShape();
  if (failed(requireAxis(*this, getAxis(), shape.size())))
    return failure();
  return addResult(*this, types, shape, IntegerType::get(getContext(), 32));
}

LogicalResult UpsampleOp::inferTypes(Types &types) {
  if (failed(requireFloats(*this)) || failed(requireRank(*this, 0, 4)))
    return failure();
  ArrayRef<int64_t> x = shapeOf(getImages());
  int64_t factor = getFactor();
  if (factor < 1 || factor > 4096)
    return opError(*this) << "factor " << factor;
  return addFloatResult(*this, types, {x[0], x[1] * factor, x[2] * factor, x[3]});
}

LogicalResult ReshapeOp::inferTypes(Types &types) {
  if (failed(requireTensors(*this)))
    return failure();
  auto from = cast<RankedTensorType>(getX().getType());
  Shape shape = getShape();
  int64_t known = 1, open = -1;
  for (auto [i, size] : llvm::enumerate(shape)) {
    if (size == -1 && open < 0)
      open = i;
    else if (size < 1 || __builtin_mul_overflow(known, size, &known))
      return opError(*this) << "shape " << text(shape);
  }
  if (open >= 0 && from.getNumElements() % known == 0)
    shape[open] = from.getNumElements() / known;
  if (open >= 0 ? from.getNumElements() % known != 0 : from.getNumElements() != known)
    return opError(*this) << text(from.getShape()) << " has " << from.getNumElements() << " elements, which "
                          << text(shape) << " cannot hold";
  return addResult(*this, types, shape, from.getElementType());
}

LogicalResult TransposeOp::inferTypes(Types &types) {
  if (failed(requireTensors(*this)) || failed(requireDimensions(*this)))
    return failure();
  ArrayRef<int64_t> x = shapeOf(getX());
  Shape perm = getPerm(), sorted(perm), shape;
  llvm::sort(sorted);
  for (auto [i, axis] : llvm::enumerate(sorted))
    if (sorted.size() != x.size() || axis != int64_t(i))
      return opError(*this) << "perm " << text(perm) << " is not an order of " << x.size() << " axes";
  for (int64_t axis : perm)
    shape.push_back(x[axis]);
  return addResult(*this, types, shape, getElementTypeOrSelf(getX().getType()));
}

LogicalResult BroadcastOp::inferTypes(Types &types) {
  if (failed(requireFloats(*this)))
    return failure();
  ArrayRef<int64_t> x = shapeOf(getX());
  Shape shape = getShape();
  FailureOr<SmallVector<int64_t>> both = broadcastShapes(x, shape);
  if (failed(both) || *both != shape)
    return opError(*this) << text(x) << " does not broadcast to " << text(shape);
  return addFloatResult(*this, types, shape);
}

LogicalResult ConcatOp::inferTypes(Types &types) {
  if (failed(requireFloats(*this)))
    return failure();
  Shape shape(shapeOf(getParts()[0]));
  int64_t axis = getAxis();
  if (failed(requireAxis(*this, axis, shape.size())))
    return failure();
  for (Value input : getParts().drop_front()) {
    Shape other(shapeOf(input));
    int64_t size = other.size() == shape.size() ? other[axis] : 0;
    if (other.size() == shape.size())
      other[axis] = shape[axis];
    if (other != shape)
      return opError(*this) << text(shapeOf(getParts()[0])) << " and " << text(shapeOf(input))
                            << " do not fit beside one another along axis " << axis;
    shape[axis] += size;
  }
  return addFloatResult(*this, types, shape);
}

LogicalResult SliceOp::inferTypes(Types &types) {
  if (failed(requireTensors(*this)) || failed(requireDimensions(*this)))
    return failure();
  ArrayRef<int64_t> x = shapeOf(getX());
  Shape start = getStart(), step = getStep(), size = getSize();
  if (failed(requireLength(*this, "start", start, x.size())) || failed(requireLength(*this, "step", step, x.size())) ||
      failed(requireLength(*this, "size", size, x.size())))
    return failure();
  for (size_t i = 0; i < x.size(); ++i)
    if (start[i] < 0 || step[i] < 1 || size[i] < 1 || start[i] >= x[i] ||
        (size[i] - 1) > (x[i] - 1 - start[i]) / step[i])
      return opError(*this) << "axis " << i << " of " << x[i] << ": start " << start[i] << ", step " << step[i]
                            << ", size " << size[i] << " leaves it";
  return addResult(*this, types, size, getElementTypeOrSelf(getX().getType()));
}

LogicalResult PadOp::inferTypes(Types &types) {
  if (failed(requireFloats(*this)) || failed(requireDimensions(*this)))
    return failure();
  Shape shape(shapeOf(getX())), low = getLow(), high = getHigh();
  Shape interior = getInterior() ? *getInterior() : Shape(shape.size(), 0);
  if (failed(requireLength(*this, "low", low, shape.size())) ||
      failed(requireLength(*this, "high", high, shape.size())) ||
      failed(requireLength(*this, "interior", interior, shape.size())))
    return failure();
  for (size_t i = 0; i < shape.size(); ++i) {
    for (int64_t padding : {low[i], high[i], interior[i]})
      if (padding < 0 || padding > mostElements)
        return opError(*this) << "padding " << padding << " of axis " << i << "; it must be 0 to " << mostElements;
    if (__builtin_mul_overflow(shape[i] - 1, interior[i] + 1, &shape[i]))
      return opError(*this) << "interior padding " << interior[i] << " of axis " << i << " is too large";
    shape[i] += 1 + low[i] + high[i];
  }
  return addFloatResult(*this, types, shape);
}

//===-- Gradients -------------------------------------------------------------------------------------------------===//

void UpsampleOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  ArrayRef<int64_t> x = shapeOf(getImages());
  int64_t factor = getFactor();
  Value windows = f.reshape(results[0], {x[0], x[1], factor, x[2], factor, x[3]});
  operands[0] = f.reshape(f.reduce(windows, ReduceKind::Sum, {2, 4}), x);
}

void ReshapeOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  operands[0] = Formula(builder, *this).reshape(results[0], shapeOf(getX()));
}

void TransposeOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  Shape perm = getPerm(), inverse(perm.size());
  for (size_t i = 0; i < perm.size(); ++i)
    inverse[perm[i]] = i;
  operands[0] = f.make<TransposeOp>(results[0], f.list("perm", inverse));
}

void BroadcastOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  operands[0] = Formula(builder, *this).sumTo(results[0], shapeOf(getX()));
}

void ConcatOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted, Values operands) {
  Formula f(builder, *this);
  int64_t axis = getAxis();
  Shape start(shapeOf(getResult()).size(), 0), step(start.size(), 1);
  for (auto [i, input] : llvm::enumerate(getParts())) {
    if (wanted[i])
      operands[i] =
          f.make<SliceOp>(results[0], {f.list("start", start), f.list("step", step), f.list("size", shapeOf(input))});
    start[axis] += shapeOf(input)[axis];
  }
}

void SliceOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  ArrayRef<int64_t> x = shapeOf(getX());
  Shape low = getStart(), step = getStep(), size = getSize(), high, interior;
  for (size_t d = 0; d < x.size(); ++d) {
    high.push_back(x[d] - low[d] - (size[d] - 1) * step[d] - 1);
    interior.push_back(step[d] - 1);
  }
  operands[0] = f.make<PadOp>(results[0], {f.list("low", low), f.list("high", high), f.list("interior", interior)});
}

void PadOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  ArrayRef<int64_t> x = shapeOf(getX());
  Shape step(x.size(), 1);
  if (getInterior())
    for (auto [d, interior] : llvm::enumerate(*getInterior()))
      step[d] += interior;
  operands[0] = f.make<SliceOp>(results[0], {f.list("start", getLow()), f.list("step", step), f.list("size", x)});
}
