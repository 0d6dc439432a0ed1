// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/model/execute.h"

#include "runtime/base/error.h"
#include "runtime/weights/safetensors.h"

#include <cmath>
#include <limits>

namespace dpsims {

namespace {

bool isFloating(ElementType type) {
  return type == ElementType::F32 || type == ElementType::F64 || type == ElementType::F16 || type == ElementType::BF16;
}

std::string argumentList(const std::vector<Argument> &arguments) {
  std::string text;
  for (const Argument &argument : arguments)
    text += (text.empty() ? "" : ", ") + argument.name + " " + elementTypeName(argument.type) + " " +
            shapeText(argument.shape);
  return text;
}

void readTensor(const SafetensorsFile &file, const SafetensorsEntry &entry, HostTensor &tensor) {
  switch (tensor.type) {
  case ElementType::F32:
    if (!isFloating(entry.type))
      fail(file.path(), ": input ", quoted(entry.name), " is ", elementTypeName(entry.type), ", expected F32");
    return file.read(entry, tensor.buffer.as<float>());
  case ElementType::I32:
    if (isFloating(entry.type))
      fail(file.path(), ": input ", quoted(entry.name), " is ", elementTypeName(entry.type), ", expected I32");
    return file.readInts(entry, tensor.buffer.as<int32_t>());
  default:
    if (entry.type != tensor.type)
      fail(file.path(), ": input ", quoted(entry.name), " is ", elementTypeName(entry.type), ", expected ",
           elementTypeName(tensor.type));
    return file.readBytes(entry, 0, tensor.buffer.data(), tensor.buffer.size());
  }
}

// One element of an output or of what is expected, as f64.
double valueAt(const HostTensor &tensor, int64_t i) {
  switch (tensor.type) {
  case ElementType::F32:
    return static_cast<double>(tensor.buffer.as<float>()[i]);
  case ElementType::I32:
    return tensor.buffer.as<int32_t>()[i];
  default:
    return tensor.buffer.as<uint8_t>()[i];
  }
}

HostTensor readExpected(const SafetensorsFile &file, const SafetensorsEntry &entry) {
  HostTensor tensor(isFloating(entry.type) ? ElementType::F32 : ElementType::I32, entry.shape);
  readTensor(file, entry, tensor);
  return tensor;
}

Comparison compare(const std::string &name, const HostTensor &actual, const HostTensor &expected, double tolerance) {
  double difference = 0, norm = 0;
  for (int64_t i = 0, count = expected.count(); i < count; ++i) {
    double e = valueAt(expected, i), d = valueAt(actual, i) - e;
    difference += d * d;
    norm += e * e;
  }
  difference = std::sqrt(difference);
  norm = std::sqrt(norm);
  Comparison result{name, norm > 0 ? difference / norm : difference, difference <= tolerance * norm + 1e-9};
  if (std::isnan(result.error))
    result = {name, std::numeric_limits<double>::infinity(), false};
  return result;
}

} // namespace

std::vector<HostTensor> readInputs(const Entry &entry, const std::string &path) {
  SafetensorsFile file(path);
  std::vector<HostTensor> inputs;
  for (const Argument &argument : entry.inputs) {
    const SafetensorsEntry *found = file.find(argument.name);
    if (!found)
      fail(path, ": has no tensor ", quoted(argument.name), "; entry ", quoted(entry.name),
           " takes: ", argumentList(entry.inputs));
    if (found->shape != argument.shape)
      fail(path, ": input ", quoted(argument.name), " is ", shapeText(found->shape), ", the model is compiled for ",
           shapeText(argument.shape));
    inputs.emplace_back(argument.type, argument.shape);
    readTensor(file, *found, inputs.back());
  }
  return inputs;
}

std::vector<HostTensor> makeOutputs(const Entry &entry) {
  std::vector<HostTensor> outputs;
  for (const Argument &argument : entry.outputs)
    outputs.emplace_back(argument.type, argument.shape);
  return outputs;
}

void run(Session &session, const std::vector<HostTensor> &inputs, std::vector<HostTensor> &outputs) {
  std::vector<const void *> from;
  std::vector<void *> to;
  for (const HostTensor &input : inputs)
    from.push_back(input.buffer.data());
  for (HostTensor &output : outputs)
    to.push_back(output.buffer.data());
  session.run(from, to);
}

void writeOutputs(const Entry &entry, const std::vector<HostTensor> &outputs, const std::string &path) {
  SafetensorsWriter writer(path);
  for (size_t i = 0; i < outputs.size(); ++i)
    writer.add(entry.outputs[i].name, outputs[i].type, outputs[i].shape, outputs[i].buffer.data());
  writer.write();
}

std::vector<Comparison> compareOutputs(const Entry &entry, const std::vector<HostTensor> &outputs,
                                       const std::string &path, double tolerance) {
  SafetensorsFile file(path);
  std::vector<Comparison> result;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const std::string &name = entry.outputs[i].name;
    const SafetensorsEntry *found = file.find(name);
    if (!found)
      fail(path, ": has no tensor ", quoted(name), " to compare with; entry ", quoted(entry.name),
           " gives: ", argumentList(entry.outputs));
    if (elementCount(found->shape) != outputs[i].count())
      fail(path, ": expected ", quoted(name), " is ", shapeText(found->shape), ", the model gives ",
           shapeText(outputs[i].shape));
    result.push_back(compare(name, outputs[i], readExpected(file, *found), tolerance));
  }
  return result;
}

} // namespace dpsims
