// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/arguments.h"

#include "runtime/base/error.h"

#include <algorithm>
#include <cstring>

namespace dpsims {

Arguments::Arguments(const CompiledModel &model, const Entry &entry, std::initializer_list<const char *> known,
                     int rank)
    : model(model), entry(entry), rank(rank) {
  for (const Argument &argument : entry.inputs) {
    if (std::find(known.begin(), known.end(), argument.name) == known.end())
      fail(ErrorCode::Incompatible, model.path, ": entry ", quoted(entry.name), " has an input ", quoted(argument.name),
           " that the trainer does not know");
    inputs.emplace_back(argument.type, argument.shape);
    std::memset(inputs.back().buffer.data(), 0, inputs.back().buffer.size());
    from.push_back(inputs.back().buffer.data());
  }
  for (const Argument &argument : entry.outputs) {
    results.emplace_back(argument.type, argument.shape);
    to.push_back(results.back().buffer.data());
  }
}

HostTensor *Arguments::input(const std::string &name, ElementType type) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (entry.inputs[i].name != name)
      continue;
    if (inputs[i].type != type)
      fail(ErrorCode::Incompatible, model.path, ": entry ", quoted(entry.name), ": the input ", quoted(name), " is ",
           elementTypeName(inputs[i].type), ", expected ", elementTypeName(type));
    return &inputs[i];
  }
  return nullptr;
}

template <typename Element>
void Arguments::copy(const std::string &name, ElementType type, const std::vector<Element> &values) {
  HostTensor *tensor = input(name, type);
  if (!tensor)
    return;
  if (tensor->buffer.size() != values.size() * sizeof(Element))
    fail(ErrorCode::Incompatible, model.path, ": entry ", quoted(entry.name), ": the input ", quoted(name), " is ",
         shapeText(tensor->shape), ", the data have ", values.size(), " values");
  std::memcpy(tensor->buffer.data(), values.data(), tensor->buffer.size());
}

void Arguments::set(const Batch &batch) {
  copy("labels", ElementType::I32, batch.labels);
  copy("instances", ElementType::I32, batch.instances);
  copy("image", ElementType::F32, batch.images);
}

void Arguments::draw(const std::string &name, const Noise &noise, TrainStream stream, uint64_t step) {
  HostTensor *tensor = input(name, ElementType::F32);
  if (!tensor)
    return;
  const auto count = static_cast<uint64_t>(tensor->count());
  const bool sharded = entry.inputs[size_t(tensor - inputs.data())].sharded;
  noise.normal(stream, step, sharded ? uint64_t(rank) * count : 0, count, tensor->buffer.as<float>());
}

void Arguments::run(Session &session) { session.run(from, to); }

void Arguments::submit(Session &session) { session.submit(from, to); }

void Arguments::runChecked(Session &session, std::string &firstNonFinite) {
  session.runChecked(from, to, firstNonFinite);
}

} // namespace dpsims
