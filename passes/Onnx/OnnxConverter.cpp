// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Onnx/OnnxConverter.h"

using namespace mlir;

namespace dpsims {

onnx::TensorProto::DataType onnxType(ElementKind kind) {
  switch (kind) {
  case ElementKind::F32:
    return onnx::TensorProto::FLOAT;
  case ElementKind::I32:
    return onnx::TensorProto::INT32;
  case ElementKind::U8:
    return onnx::TensorProto::UINT8;
  case ElementKind::BF16:
    return onnx::TensorProto::BFLOAT16;
  case ElementKind::F16:
    return onnx::TensorProto::FLOAT16;
  }
  llvm_unreachable("not an element type");
}

//===-- Ops -------------------------------------------------------------------------------------------------------===//

template <typename... Ops> LogicalResult OnnxConverter::dispatch(Operation *op) {
  std::optional<LogicalResult> result;
  (void)((isa<Ops>(op) && (result = convert(cast<Ops>(op)), true)) || ...);
  return result ? *result : convert(op); // of another dialect
}

LogicalResult OnnxConverter::convertOp(Operation *op) {
  return dispatch<
#define GET_OP_LIST
#include "dialect/Ops.cpp.inc"
      >(op);
}

/// What a node's name begins with: where its weights are, and what the op is.
static std::string stemOf(Operation *op) {
  std::string name = op->getName().stripDialect().str();
  for (Value operand : op->getOperands())
    if (auto weight = dyn_cast_if_present<WeightOpInterface>(operand.getDefiningOp()))
      return (weight.getNameAttr().getValue().rsplit('.').first + "/" + name).str();
  return name;
}

/// The name that an op gives a value of the program's interface, or null.
static StringAttr interfaceName(Operation *op) {
  if (auto weight = dyn_cast<WeightOpInterface>(op))
    return weight.getNameAttr();
  return isa<InputOp, OutputOp>(op) ? op->getAttrOfType<StringAttr>("name") : StringAttr();
}

LogicalResult OnnxConverter::reserveNames() {
  for (Operation &op : graph.getBody().front())
    if (StringAttr name = interfaceName(&op); name && (name.empty() || !b.reserve(name)))
      return opError(&op) << "the name " << name << (name.empty() ? " is empty" : " is taken")
                          << "; in ONNX each input, output and weight has one of its own";
  return success();
}

LogicalResult OnnxConverter::run() {
  if (failed(reserveNames()))
    return failure();
  for (Operation &op : graph.getBody().front()) {
    for (Value value : op.getResults())
      if (Type element = elementOf(value); isa<FloatType>(element) && !element.isF32())
        return refuse(&op, "it makes " + stringifyElementKind(kindOf(element)) + ", and what is computed is f32");
    b.setStem(stemOf(&op));
    if (failed(convertOp(&op)))
      return failure();
  }
  return success();
}

LogicalResult OnnxConverter::refuse(Operation *op, const Twine &why) {
  return op->emitError() << op->getName().stripDialect() << ": has no form in ONNX: " << why;
}

LogicalResult OnnxConverter::refuseOthers(Operation *op, ArrayRef<StringRef> known) {
  for (NamedAttribute attribute : op->getAttrDictionary()) {
    StringRef name = attribute.getName().getValue();
    if (name != "operandSegmentSizes" && !llvm::is_contained(known, name)) // those are what MLIR counts operands by
      return refuse(op, "the attribute " + name);
  }
  return success();
}

//===-- Layouts ---------------------------------------------------------------------------------------------------===//

constexpr int64_t toFirst[] = {0, 3, 1, 2}, toLast[] = {0, 2, 3, 1};

std::string OnnxConverter::inLayout(Value value, ImageLayout layout) {
  Names &names = values[value];
  if (layout == ImageLayout::channelsFirst && names.channelsFirst.empty())
    names.channelsFirst = b.transpose(names.channelsLast, toFirst);
  if (layout == ImageLayout::channelsLast && names.channelsLast.empty())
    names.channelsLast = b.transpose(names.channelsFirst, toLast);
  return layout == ImageLayout::channelsFirst ? names.channelsFirst : names.channelsLast;
}

void OnnxConverter::bind(Value value, std::string name, ImageLayout layout) {
  Names &names = values[value];
  (layout == ImageLayout::channelsFirst ? names.channelsFirst : names.channelsLast) = std::move(name);
}

ImageLayout OnnxConverter::layoutOf(Value value) {
  return values[value].channelsFirst.empty() ? ImageLayout::channelsLast : ImageLayout::channelsFirst;
}

ImageLayout OnnxConverter::commonLayout(ValueRange operands) {
  bool first = false;
  for (Value value : operands) {
    if (shapeOf(value).size() > 4)
      return ImageLayout::channelsLast;
    first |= layoutOf(value) == ImageLayout::channelsFirst;
  }
  return first ? ImageLayout::channelsFirst : ImageLayout::channelsLast;
}

std::string OnnxConverter::operandIn(Value value, ImageLayout layout) {
  ArrayRef<int64_t> shape = shapeOf(value);
  if (layout == ImageLayout::channelsLast || shape.size() == 4)
    return inLayout(value, layout);
  if (elementsOf(value) == 1)
    return natural(value);
  SmallVector<int64_t> padded(4 - shape.size(), 1);
  padded.append(shape.begin(), shape.end());
  if (padded[1] == 1 && padded[2] == 1)
    return b.reshape(natural(value), {1, padded[3], 1, 1});
  return b.transpose(b.reshape(natural(value), padded), toFirst);
}

std::string OnnxConverter::spread(const std::string &channels, Value x, ImageLayout layout) {
  return layout == ImageLayout::channelsLast ? channels : b.reshape(channels, {shapeOf(x).back(), 1, 1});
}

int64_t OnnxConverter::axisIn(ImageLayout layout, int64_t axis) {
  return layout == ImageLayout::channelsLast ? axis : toLast[axis];
}

SmallVector<int64_t> OnnxConverter::permuted(ImageLayout layout, ArrayRef<int64_t> ofAxes) {
  SmallVector<int64_t> list(ofAxes);
  for (size_t axis = 0; axis < list.size(); ++axis)
    list[axisIn(layout, int64_t(axis))] = ofAxes[axis];
  return list;
}

} // namespace dpsims
