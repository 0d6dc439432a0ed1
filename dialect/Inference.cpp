// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialect/Inference.h"

using namespace mlir;
using namespace dpsims;

std::string dpsims::text(ArrayRef<int64_t> shape) {
  std::string result = "(";
  for (auto [i, size] : llvm::enumerate(shape))
    result += (i ? ", " : "") + std::to_string(size);
  return result + ")";
}

LogicalResult dpsims::addResult(Operation *op, Types &types, ArrayRef<int64_t> shape, Type element) {
  int64_t elements = 1;
  for (int64_t size : shape) {
    if (size <= 0)
      return opError(op) << "its result would have the shape " << text(shape);
    if (__builtin_mul_overflow(elements, size, &elements) || elements > mostElements)
      return opError(op) << "its result " << text(shape) << " would be too large";
  }
  types.push_back(RankedTensorType::get(shape, element));
  return success();
}

LogicalResult dpsims::addFloatResult(Operation *op, Types &types, ArrayRef<int64_t> shape) {
  return addResult(op, types, shape, elementOf(op->getOperand(0)));
}

LogicalResult dpsims::requireTensors(Operation *op) {
  for (Value operand : op->getOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type || !type.hasStaticShape())
      return opError(op) << "expects static tensors, not " << operand.getType();
  }
  return success();
}

LogicalResult dpsims::requireAnyFloats(Operation *op) {
  if (failed(requireTensors(op)))
    return failure();
  for (Value operand : op->getOperands())
    if (Type element = elementOf(operand); !element.isF32() && !element.isBF16() && !element.isF16())
      return opError(op) << "expects f32, bf16 or f16, not " << operand.getType();
  return success();
}

LogicalResult dpsims::requireFloats(Operation *op) { return requireFloats(op, op->getNumOperands()); }

LogicalResult dpsims::requireFloats(Operation *op, unsigned count) {
  if (failed(requireAnyFloats(op)))
    return failure();
  auto name = [](Type element) { return stringifyElementKind(kindOf(element)); };
  for (Value operand : op->getOperands().take_front(count))
    if (Type first = elementOf(op->getOperand(0)); elementOf(operand) != first)
      return opError(op) << "mixes " << name(first) << " and " << name(elementOf(operand))
                         << "; make them one type: cast %x <type = \"" << name(first) << "\">";
  return success();
}

LogicalResult dpsims::requireDimensions(Operation *op) {
  if (shapeOf(op->getOperand(0)).empty())
    return opError(op) << "expects at least one dimension";
  return success();
}

LogicalResult dpsims::requireRank(Operation *op, unsigned operand, int64_t rank) {
  int64_t given = shapeOf(op->getOperand(operand)).size();
  if (given != rank)
    return opError(op) << "operand " << operand << " must have " << rank << " dimensions, not "
                       << text(shapeOf(op->getOperand(operand)));
  return success();
}

LogicalResult dpsims::requireElementType(Operation *op, Attribute name) {
  return requireCase(op, name, "element type", "types are", ElementKind::F16);
}

LogicalResult dpsims::requireActivation(Operation *op, Attribute name) {
  return requireCase(op, name, "activation", "known:", ActivationKind(getMaxEnumValForActivationKind()));
}

LogicalResult dpsims::addBroadcastResult(Operation *op, Types &types, Type element) {
  SmallVector<int64_t> shape;
  for (Value operand : op->getOperands()) {
    FailureOr<SmallVector<int64_t>> wider = broadcastShapes(shape, shapeOf(operand));
    if (failed(wider))
      return opError(op) << "shapes " << text(shape) << " and " << text(shapeOf(operand)) << " do not broadcast";
    shape = *wider;
  }
  return addResult(op, types, shape, element);
}

LogicalResult dpsims::inferBroadcast(Operation *op, Types &types) {
  return failed(requireFloats(op)) ? failure() : addBroadcastResult(op, types, elementOf(op->getOperand(0)));
}

LogicalResult dpsims::inferLikeOperand(Operation *op, Types &types) {
  if (failed(requireFloats(op)))
    return failure();
  types.push_back(op->getOperand(0).getType());
  return success();
}

LogicalResult dpsims::requireChannels(Operation *op, unsigned first) {
  if (failed(requireDimensions(op)))
    return failure();
  int64_t channels = shapeOf(op->getOperand(0)).back();
  for (Value operand : op->getOperands().drop_front(first))
    if (shapeOf(operand) != ArrayRef{channels})
      return opError(op) << "input has " << channels << " channels, and a vector per channel has the shape "
                         << text(shapeOf(operand));
  return success();
}

LogicalResult dpsims::requireAxis(Operation *op, int64_t axis, size_t rank) {
  if (axis < 0 || axis >= int64_t(rank))
    return opError(op) << "axis " << axis << " of a tensor of " << rank << " dimensions";
  return success();
}

LogicalResult dpsims::requireLength(Operation *op, StringRef name, ArrayRef<int64_t> list, size_t rank) {
  if (list.size() != rank)
    return opError(op) << name << " has " << list.size() << " entries for " << rank << " dimensions";
  return success();
}
