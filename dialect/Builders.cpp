// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialect/Builders.h"

using namespace mlir;
using namespace dpsims;

Type dpsims::typeOf(ElementKind element, MLIRContext *context) {
  switch (element) {
  case ElementKind::F32:
    return Float32Type::get(context);
  case ElementKind::I32:
    return IntegerType::get(context, 32);
  case ElementKind::U8:
    return IntegerType::get(context, 8, IntegerType::Unsigned);
  case ElementKind::BF16:
    return BFloat16Type::get(context);
  case ElementKind::F16:
    return Float16Type::get(context);
  }
  llvm_unreachable("not an element type");
}

ElementKind dpsims::kindOf(Type element) {
  if (element.isInteger(8)) // kernels have no signs
    return ElementKind::U8;
  for (uint32_t i = 0; i <= uint32_t(ElementKind::F16); ++i)
    if (typeOf(ElementKind(i), element.getContext()) == element)
      return ElementKind(i);
  llvm_unreachable("no tensor has such elements");
}

static NamedAttribute typeAttribute(OpBuilder &builder, Type element) {
  return builder.getNamedAttr("type", builder.getStringAttr(stringifyElementKind(kindOf(element))));
}

Value dpsims::makeConstant(OpBuilder &builder, Location location, double value, Type element, ArrayRef<int64_t> shape) {
  SmallVector<NamedAttribute> attributes{builder.getNamedAttr("value", builder.getF64FloatAttr(value))};
  if (!shape.empty())
    attributes.push_back(builder.getNamedAttr("shape", builder.getI64ArrayAttr(shape)));
  if (!element.isF32())
    attributes.push_back(typeAttribute(builder, element));
  return makeOp<ConstantOp>(builder, location, {}, attributes);
}

Value dpsims::makeCast(OpBuilder &builder, Location location, Value value, Type element) {
  return elementOf(value) == element ? value
                                     : makeOp<CastOp>(builder, location, value, typeAttribute(builder, element));
}

Value dpsims::makeReduce(OpBuilder &builder, Location location, Value value, ReduceKind kind, ArrayRef<int64_t> axes) {
  if (axes.empty())
    return value;
  return makeOp<ReduceOp>(builder, location, value,
                          {builder.getNamedAttr("kind", builder.getStringAttr(stringifyReduceKind(kind))),
                           builder.getNamedAttr("axes", builder.getI64ArrayAttr(axes))});
}

Value dpsims::makeConcat(OpBuilder &builder, Location location, ValueRange values, int64_t axis) {
  return makeOp<ConcatOp>(builder, location, values, builder.getNamedAttr("axis", builder.getI64IntegerAttr(axis)));
}

Value dpsims::makeReshape(OpBuilder &builder, Value value, ArrayRef<int64_t> shape) {
  return makeOp<ReshapeOp>(builder, value.getLoc(), value,
                           builder.getNamedAttr("shape", builder.getI64ArrayAttr(shape)));
}

Value dpsims::makeSlice(OpBuilder &builder, Location location, Value value, ArrayRef<int64_t> start,
                        ArrayRef<int64_t> size) {
  auto list = [&](StringRef name, ArrayRef<int64_t> values) {
    return builder.getNamedAttr(name, builder.getI64ArrayAttr(values));
  };
  SmallVector<int64_t> step(start.size(), 1);
  return makeOp<SliceOp>(builder, location, value, {list("start", start), list("step", step), list("size", size)});
}

/// The value itself where it has that shape.
static Value reshape(OpBuilder &builder, Value value, ArrayRef<int64_t> shape) {
  return shapeOf(value) == shape ? value : makeReshape(builder, value, shape);
}

Value dpsims::reduceToChannels(OpBuilder &builder, Location location, Value x, ReduceKind kind, int64_t groups) {
  auto reduce = [&](Value value, ArrayRef<int64_t> axes) { return makeReduce(builder, location, value, kind, axes); };
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(x).size() - 1));
  int64_t channels = shapeOf(x).back(), images = shapeOf(x)[0];
  if (!groups)
    return reshape(builder, reduce(x, axes), {channels});
  Value exact = makeCast(builder, location, x, builder.getF32Type()); // rows are not rounded on the way
  Value rows = reduce(exact, ArrayRef(axes).drop_front());            // no reshape between x and what computes it
  Value parts = reduce(reshape(builder, rows, {groups, images / groups, channels}), 1);
  return reshape(builder, makeCast(builder, location, parts, elementOf(x)), {groups, channels});
}

/// Rows (groups, C) as (groups, N / groups, C), a row for each image; a vector as it is.
static Value rowForEachImage(OpBuilder &builder, Location location, Value channels, int64_t images) {
  if (shapeOf(channels).size() == 1)
    return channels;
  int64_t groups = shapeOf(channels)[0], count = shapeOf(channels)[1];
  Value rows = reshape(builder, channels, {groups, 1, count});
  Attribute shape = builder.getI64ArrayAttr({groups, images / groups, count});
  return makeOp<BroadcastOp>(builder, location, rows, builder.getNamedAttr("shape", shape));
}

/// What `rowForEachImage` gives, as (N, 1, ..., C).
static Value alongImages(OpBuilder &builder, Location location, Value rows, ArrayRef<int64_t> shape) {
  if (shapeOf(rows).size() == 1)
    return rows;
  SmallVector<int64_t> whole(shape.size(), 1);
  whole.front() = shape.front();
  whole.back() = shape.back();
  return reshape(builder, rows, whole);
}

Value dpsims::spreadChannels(OpBuilder &builder, Location location, Value channels, ArrayRef<int64_t> shape) {
  return alongImages(builder, location, rowForEachImage(builder, location, channels, shape[0]), shape);
}

Value dpsims::channelScale(OpBuilder &builder, Location location, Value variance, double eps, Value weight,
                           ArrayRef<int64_t> shape) {
  // The arithmetic is after the broadcast: one kernel computes both.
  Value rows = rowForEachImage(builder, location, variance, shape[0]);
  Value sum = makeOp<AddOp>(builder, location, {rows, makeConstant(builder, location, eps, elementOf(rows))});
  Value scale = makeOp<RsqrtOp>(builder, location, sum);
  if (weight)
    scale = makeOp<MulOp>(builder, location, {scale, weight});
  return alongImages(builder, location, scale, shape);
}
