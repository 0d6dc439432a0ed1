// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elementwise ops as nodes of ONNX.
#include "passes/Onnx/OnnxConverter.h"

using namespace mlir;
using namespace dpsims;

using Node = ArrayRef<std::string>;

template <typename Body> LogicalResult OnnxConverter::elementwiseWith(Operation *op, Body body) {
  ImageLayout layout = commonLayout(op->getOperands());
  SmallVector<std::string> operands;
  for (Value operand : op->getOperands())
    operands.push_back(operandIn(operand, layout));
  bind(op->getResult(0), body(Node(operands)), layout);
  return success();
}

LogicalResult OnnxConverter::elementwise(Operation *op, StringRef type, ArrayRef<OnnxAttribute> attributes) {
  return elementwiseWith(op, [&](Node x) { return b.add(type, x, attributes); });
}

// Activations.

LogicalResult OnnxConverter::convert(ReluOp op) { return elementwise(op, "Relu"); }
LogicalResult OnnxConverter::convert(LeakyReluOp op) {
  return elementwise(op, "LeakyRelu", {{"alpha", op.getSlope()}});
}
LogicalResult OnnxConverter::convert(ClampOp op) {
  return elementwiseWith(op,
                         [&](Node x) { return b.add("Clip", {x[0], b.scalar(op.getMin()), b.scalar(op.getMax())}); });
}
LogicalResult OnnxConverter::convert(SigmoidOp op) { return elementwise(op, "Sigmoid"); }
LogicalResult OnnxConverter::convert(SiluOp op) {
  return elementwiseWith(op, [&](Node x) { return b.add("Mul", {x[0], b.add("Sigmoid", x)}); });
}
LogicalResult OnnxConverter::convert(GeluOp op) {
  return elementwiseWith(op, [&](Node x) {
    std::string erf = b.add("Erf", {b.add("Mul", {x[0], b.scalar(0.70710678118654752440)})});
    std::string half = b.add("Mul", {x[0], b.scalar(0.5)});
    return b.add("Mul", {half, b.add("Add", {erf, b.scalar(1)})});
  });
}
LogicalResult OnnxConverter::convert(TanhOp op) { return elementwise(op, "Tanh"); }
LogicalResult OnnxConverter::convert(SoftplusOp op) { return elementwise(op, "Softplus"); }

// Functions of one number.

LogicalResult OnnxConverter::convert(ExpOp op) { return elementwise(op, "Exp"); }
LogicalResult OnnxConverter::convert(LogOp op) { return elementwise(op, "Log"); }
LogicalResult OnnxConverter::convert(ErfOp op) { return elementwise(op, "Erf"); }
LogicalResult OnnxConverter::convert(PowOp op) {
  return elementwiseWith(op, [&](Node x) { return b.add("Pow", {x[0], b.scalar(op.getExponent())}); });
}
LogicalResult OnnxConverter::convert(SqrtOp op) { return elementwise(op, "Sqrt"); }
LogicalResult OnnxConverter::convert(RsqrtOp op) {
  return elementwiseWith(op, [&](Node x) { return b.add("Reciprocal", {b.add("Sqrt", x)}); });
}
LogicalResult OnnxConverter::convert(AbsOp op) { return elementwise(op, "Abs"); }
LogicalResult OnnxConverter::convert(SquareOp op) {
  return elementwiseWith(op, [&](Node x) { return b.add("Mul", {x[0], x[0]}); });
}
LogicalResult OnnxConverter::convert(NegOp op) { return elementwise(op, "Neg"); }
LogicalResult OnnxConverter::convert(RoundOp op) { return elementwise(op, "Round"); }
LogicalResult OnnxConverter::convert(FloorOp op) { return elementwise(op, "Floor"); }

/// As CastOp::buildPayload: ONNX does not say what becomes of numbers beyond an integer's range.
std::string OnnxConverter::castTo(const std::string &x, ElementKind from, ElementKind to) {
  if (from == to)
    return x;
  std::string inside = x;
  if (from == ElementKind::F32 && to == ElementKind::U8)
    inside = b.add("Clip", {b.add("Round", {x}), b.scalar(0), b.scalar(255)});
  else if (from == ElementKind::F32 && to == ElementKind::I32)
    inside = b.add("Clip", {b.add("Round", {x}), b.scalar(-2147483648.0), b.scalar(2147483520.0)});
  else if (from == ElementKind::I32 && to == ElementKind::U8)
    inside = b.add("Clip", {x, b.scalarInt(0), b.scalarInt(255)});
  return b.cast(inside, onnxType(to));
}

LogicalResult OnnxConverter::convert(CastOp op) {
  return elementwiseWith(op, [&](Node x) { return castTo(x[0], kindOf(elementOf(op.getX())), op.getType()); });
}

// Of two and three.

LogicalResult OnnxConverter::convert(AddOp op) { return elementwise(op, "Add"); }
LogicalResult OnnxConverter::convert(SubOp op) { return elementwise(op, "Sub"); }
LogicalResult OnnxConverter::convert(MulOp op) { return elementwise(op, "Mul"); }
LogicalResult OnnxConverter::convert(DivOp op) { return elementwise(op, "Div"); }
LogicalResult OnnxConverter::convert(MaximumOp op) { return elementwise(op, "Max"); }
LogicalResult OnnxConverter::convert(MinimumOp op) { return elementwise(op, "Min"); }
LogicalResult OnnxConverter::convert(NotEqualOp op) {
  return elementwiseWith(op, [&](Node x) {
    return b.cast(b.add("Not", {b.add("Equal", x)}), onnxType(kindOf(elementOf(op.getResult()))));
  });
}
LogicalResult OnnxConverter::convert(GreaterOp op) {
  return elementwiseWith(op, [&](Node x) { return b.cast(b.add("Greater", x), onnx::TensorProto::FLOAT); });
}
LogicalResult OnnxConverter::convert(SelectOp op) {
  return elementwiseWith(op,
                         [&](Node x) { return b.add("Where", {b.cast(x[0], onnx::TensorProto::BOOL), x[1], x[2]}); });
}

LogicalResult OnnxConverter::convert(StopGradientOp op) {
  values[op.getResult()] = Names(values[op.getX()]);
  return success();
}
