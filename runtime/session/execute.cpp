// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/session/execute.h"

#include "runtime/base/error.h"
#include "runtime/base/float16.h"
#include "runtime/base/progress.h"
#include "runtime/weights/safetensors.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <unordered_map>

namespace dpsims {

namespace {

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
  case ElementType::BF16:
  case ElementType::F16: {
    if (!isFloating(entry.type))
      fail(ErrorCode::Incompatible, file.path(), ": input ", quoted(entry.name), " is ", elementTypeName(entry.type),
           ", expected ", elementTypeName(tensor.type));
    if (tensor.type == ElementType::F32)
      return file.read(entry, tensor.buffer.as<float>());
    HostTensor wide(ElementType::F32, tensor.shape);
    file.read(entry, wide.buffer.as<float>());
    return narrow(tensor.type, wide.buffer.as<float>(), static_cast<uint64_t>(tensor.count()), tensor.buffer.data());
  }
  case ElementType::I32:
    if (isFloating(entry.type))
      fail(ErrorCode::Incompatible, file.path(), ": input ", quoted(entry.name), " is ", elementTypeName(entry.type),
           ", expected I32");
    return file.readInts(entry, tensor.buffer.as<int32_t>());
  default:
    if (entry.type != tensor.type)
      fail(ErrorCode::Incompatible, file.path(), ": input ", quoted(entry.name), " is ", elementTypeName(entry.type),
           ", expected ", elementTypeName(tensor.type));
    return file.readBytes(entry, 0, tensor.buffer.data(), tensor.buffer.size());
  }
}

// One element of an output or of what is expected, as f64.
double valueAt(const HostTensor &tensor, int64_t i) {
  switch (tensor.type) {
  case ElementType::F32:
    return static_cast<double>(tensor.buffer.as<float>()[i]);
  case ElementType::BF16:
    return static_cast<double>(bfloat16ToFloat(tensor.buffer.as<uint16_t>()[i]));
  case ElementType::F16:
    return static_cast<double>(halfToFloat(tensor.buffer.as<uint16_t>()[i]));
  case ElementType::I32:
    return tensor.buffer.as<int32_t>()[i];
  case ElementType::U8:
    return tensor.buffer.as<uint8_t>()[i];
  default:
    fail(ErrorCode::Internal, "elements of type ", elementTypeName(tensor.type), " are not compared");
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

// `shape` with the steps in front, for an entry that is run in steps.
Shape withSteps(const Entry &entry, int64_t steps, Shape shape) {
  if (!entry.variables.empty())
    shape.insert(shape.begin(), steps);
  return shape;
}

// An argument's shape, of all ranks together.
Shape wholeShape(const Argument &argument, int ranks) {
  Shape shape = argument.shape;
  if (argument.sharded && !shape.empty())
    shape[0] = checkedMultiply(shape[0], ranks);
  return shape;
}

// The steps of an input, if its shape is otherwise the one expected; else 0.
int64_t stepsOf(const Entry &entry, const Shape &expected, const Shape &shape) {
  int64_t steps = entry.variables.empty() ? 1 : shape.empty() ? 0 : shape[0];
  return shape == withSteps(entry, steps, expected) ? steps : 0;
}

// The rank's part of each step of an input.
HostTensor partOf(const HostTensor &whole, const Entry &entry, const Argument &argument, int64_t steps,
                  const Communicator &ranks) {
  HostTensor part(argument.type, withSteps(entry, steps, argument.shape));
  const size_t bytes = argument.bytes(), all = bytes * static_cast<size_t>(ranks.size());
  for (size_t step = 0; step < static_cast<size_t>(steps); ++step)
    std::memcpy(part.buffer.as<char>() + step * bytes,
                whole.buffer.as<char>() + step * all + static_cast<size_t>(ranks.rank()) * bytes, bytes);
  return part;
}

void addWeights(const Session &session, WeightSource &weights, std::vector<NamedTensor> &outputs) {
  const Entry &entry = session.entry();
  std::unordered_map<uint32_t, size_t> variables;
  for (size_t i = 0; i < entry.variables.size(); ++i)
    variables[entry.variables[i]] = i;
  const std::string average = "ema.";
  for (uint32_t index : entry.weights) {
    const WeightSpec &spec = session.model().weights[index];
    bool isAverage = spec.name.compare(0, average.size(), average) == 0;
    auto variable = variables.find(index);
    if (!spec.required && !(isAverage && variable != variables.end()))
      continue;
    outputs.push_back({isAverage ? "ema/" + spec.name.substr(average.size()) : "after/" + spec.name,
                       HostTensor(ElementType::F32, spec.shape)});
    float *value = outputs.back().tensor.buffer.as<float>();
    if (variable != variables.end())
      session.readVariable(variable->second, value);
    else
      weights.read(index, value);
  }
}

} // namespace

ExecuteInputs readInputs(const Entry &entry, const std::string &path, const Communicator *ranks) {
  SafetensorsFile file(path);
  ExecuteInputs inputs;
  for (const Argument &argument : entry.inputs) {
    const SafetensorsEntry *found = file.find(argument.name);
    if (!found)
      fail(ErrorCode::NotFound, path, ": has no tensor ", quoted(argument.name), "; entry ", quoted(entry.name),
           " takes: ", argumentList(entry.inputs));
    const Shape expected = wholeShape(argument, ranks ? ranks->size() : 1);
    int64_t steps = stepsOf(entry, expected, found->shape);
    if (steps == 0)
      fail(ErrorCode::Incompatible, path, ": input ", quoted(argument.name), " is ", shapeText(found->shape),
           ", the model is compiled for ", shapeText(expected),
           entry.variables.empty() ? "" : " with the number of steps in front");
    if (!inputs.tensors.empty() && steps != inputs.steps)
      fail(ErrorCode::Incompatible, path, ": input ", quoted(argument.name), " has ", steps, " steps, ",
           quoted(entry.inputs[0].name), " has ", inputs.steps);
    inputs.steps = steps;
    inputs.tensors.emplace_back(argument.type, found->shape);
    readTensor(file, *found, inputs.tensors.back());
    if (ranks && argument.sharded)
      inputs.tensors.back() = partOf(inputs.tensors.back(), entry, argument, steps, *ranks);
  }
  return inputs;
}

std::vector<HostTensor> makeOutputs(const Entry &entry) {
  std::vector<HostTensor> outputs;
  for (const Argument &argument : entry.outputs)
    outputs.emplace_back(argument.type, argument.shape);
  return outputs;
}

void submit(Session &session, const std::vector<HostTensor> &inputs, std::vector<HostTensor> &outputs) {
  std::vector<const void *> from;
  std::vector<void *> to;
  for (const HostTensor &input : inputs)
    from.push_back(input.buffer.data());
  for (HostTensor &output : outputs)
    to.push_back(output.buffer.data());
  session.submit(from, to);
}

void run(Session &session, const std::vector<HostTensor> &inputs, std::vector<HostTensor> &outputs) {
  submit(session, inputs, outputs);
  session.collect();
}

std::vector<NamedTensor> execute(Session &session, const ExecuteInputs &inputs, WeightSource *weights) {
  const Entry &entry = session.entry();
  std::vector<NamedTensor> outputs;
  for (const Argument &argument : entry.outputs)
    outputs.push_back({argument.name, HostTensor(argument.type, withSteps(entry, inputs.steps, argument.shape))});
  std::vector<const void *> from(entry.inputs.size());
  std::vector<void *> to(entry.outputs.size());
  Progress progress("execute", inputs.steps);
  for (int64_t step = 0; step < inputs.steps; ++step) {
    for (size_t i = 0; i < from.size(); ++i)
      from[i] = inputs.tensors[i].buffer.as<char>() + static_cast<uint64_t>(step) * entry.inputs[i].bytes();
    for (size_t i = 0; i < to.size(); ++i)
      to[i] = outputs[i].tensor.buffer.as<char>() + static_cast<uint64_t>(step) * entry.outputs[i].bytes();
    session.run(from, to);
    progress.advance();
  }
  progress.finish();
  if (!entry.variables.empty())
    addWeights(session, *weights, outputs);
  return outputs;
}

void gatherOutputs(const Entry &entry, int64_t steps, Communicator &ranks, std::vector<NamedTensor> &outputs) {
  for (size_t i = 0; i < entry.outputs.size(); ++i) {
    const Argument &argument = entry.outputs[i];
    if (!argument.sharded)
      continue;
    HostTensor whole(argument.type, withSteps(entry, steps, wholeShape(argument, ranks.size())));
    const size_t bytes = argument.bytes(), all = bytes * static_cast<size_t>(ranks.size());
    for (size_t step = 0; step < static_cast<size_t>(steps); ++step)
      ranks.allGather(outputs[i].tensor.buffer.as<char>() + step * bytes, bytes, whole.buffer.as<char>() + step * all);
    outputs[i].tensor = std::move(whole);
  }
}

void writeOutputs(const std::vector<NamedTensor> &outputs, const std::string &path) {
  SafetensorsWriter writer(path);
  for (const NamedTensor &output : outputs)
    writer.add(output.name, output.tensor.type, output.tensor.shape, output.tensor.buffer.data());
  writer.write();
}

std::vector<Comparison> compareOutputs(const std::vector<NamedTensor> &outputs, const std::string &path,
                                       double tolerance) {
  SafetensorsFile file(path);
  std::vector<Comparison> result;
  for (const NamedTensor &output : outputs) {
    const SafetensorsEntry *found = file.find(output.name);
    if (!found)
      fail(ErrorCode::NotFound, path, ": has no tensor ", quoted(output.name), " to compare with");
    if (elementCount(found->shape) != output.tensor.count())
      fail(ErrorCode::Incompatible, path, ": expected ", quoted(output.name), " is ", shapeText(found->shape),
           ", the model gives ", shapeText(output.tensor.shape));
    result.push_back(compare(output.name, output.tensor, readExpected(file, *found), tolerance));
  }
  return result;
}

} // namespace dpsims
