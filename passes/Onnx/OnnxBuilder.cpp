// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Onnx/OnnxBuilder.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace dpsims {

static void setAttribute(onnx::AttributeProto &to, const OnnxAttribute &from) {
  to.set_name(from.name.str());
  if (auto integer = std::get_if<int64_t>(&from.value)) {
    to.set_type(onnx::AttributeProto::INT);
    to.set_i(*integer);
  } else if (auto number = std::get_if<double>(&from.value)) {
    to.set_type(onnx::AttributeProto::FLOAT);
    to.set_f(float(*number));
  } else if (auto text = std::get_if<std::string>(&from.value)) {
    to.set_type(onnx::AttributeProto::STRING);
    to.set_s(*text);
  } else {
    to.set_type(onnx::AttributeProto::INTS);
    for (int64_t integer : std::get<ArrayRef<int64_t>>(from.value))
      to.add_ints(integer);
  }
}

std::string OnnxBuilder::freshName() {
  std::string name;
  do
    name = stem + "_" + std::to_string(count++);
  while (!reserve(name));
  return name;
}

void OnnxBuilder::addNamed(StringRef type, Names operands, StringRef result, Attributes attributes) {
  onnx::NodeProto &node = *graph.add_node();
  node.set_op_type(type.str());
  node.set_name(result.str());
  for (const std::string &operand : operands)
    node.add_input(operand);
  node.add_output(result.str());
  for (const OnnxAttribute &attribute : attributes)
    setAttribute(*node.add_attribute(), attribute);
}

std::string OnnxBuilder::add(StringRef type, Names operands, Attributes attributes) {
  std::string name = freshName();
  addNamed(type, operands, name, attributes);
  return name;
}

std::string OnnxBuilder::constant(onnx::TensorProto tensor) {
  std::string &name = constants[tensor.SerializeAsString()];
  if (name.empty()) {
    name = freshName();
    tensor.set_name(name);
    *graph.add_initializer() = std::move(tensor);
  }
  return name;
}

std::string OnnxBuilder::list(ArrayRef<int64_t> values) {
  onnx::TensorProto tensor;
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(int64_t(values.size()));
  for (int64_t value : values)
    tensor.add_int64_data(value);
  return constant(std::move(tensor));
}

std::string OnnxBuilder::scalar(double value) { return tensor({float(value)}, {}); }

std::string OnnxBuilder::scalarInt(int32_t value) {
  onnx::TensorProto tensor;
  tensor.set_data_type(onnx::TensorProto::INT32);
  tensor.add_int32_data(value);
  return constant(std::move(tensor));
}

std::string OnnxBuilder::tensor(ArrayRef<float> values, ArrayRef<int64_t> shape) {
  onnx::TensorProto tensor;
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (int64_t size : shape)
    tensor.add_dims(size);
  for (float value : values)
    tensor.add_float_data(value);
  return constant(std::move(tensor));
}

} // namespace dpsims
