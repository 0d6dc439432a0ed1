// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A program's interface, its weights and constants in ONNX.
#include "passes/Onnx/OnnxConverter.h"

using namespace mlir;
using namespace dpsims;

static void describe(onnx::ValueInfoProto &info, StringRef name, Value value) {
  info.set_name(name.str());
  onnx::TypeProto::Tensor &type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnxType(kindOf(elementOf(value))));
  type.mutable_shape();
  for (int64_t size : shapeOf(value))
    type.mutable_shape()->add_dim()->set_dim_value(size);
}

LogicalResult OnnxConverter::convert(InputOp op) {
  describe(*proto.add_input(), op.getName(), op.getResult());
  bind(op.getResult(), op.getName().str());
  return success();
}

LogicalResult OnnxConverter::convert(OutputOp op) {
  describe(*proto.add_output(), op.getName(), op.getValue());
  b.addNamed("Identity", {natural(op.getValue())}, op.getName());
  return success();
}

/// Without data; one that nothing reads is left out.
LogicalResult OnnxConverter::declareWeight(WeightOpInterface op) {
  if (op->use_empty())
    return success();
  SmallVector<int64_t> shape = op.getShape();
  onnx::TensorProto &tensor = *proto.add_initializer();
  tensor.set_name(op.getNameAttr().str());
  tensor.set_data_type(onnxType(shape.size() < 2 ? ElementKind::F32 : weightType));
  for (int64_t size : shape)
    tensor.add_dims(size);
  bool isNarrow = tensor.data_type() != onnx::TensorProto::FLOAT;
  bind(op->getResult(0), isNarrow ? b.cast(tensor.name(), onnx::TensorProto::FLOAT) : tensor.name());
  return success();
}

LogicalResult OnnxConverter::convert(ConstantOp op) {
  ArrayRef<int64_t> shape = shapeOf(op.getResult());
  if (auto list = dyn_cast<ArrayAttr>(op.getValue())) {
    SmallVector<float> numbers;
    for (Attribute number : list)
      numbers.push_back(float(floatOf(number)));
    bind(op.getResult(), b.tensor(numbers, shape));
    return success();
  }
  std::string number = b.scalar(floatOf(op.getValue()));
  bind(op.getResult(), shape.empty() ? number : broadcastTo(number, shape));
  return success();
}
