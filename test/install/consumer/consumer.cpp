// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// consumer MODEL.dpsims: a program that uses the runtime as installed. Prints a model's programs, and runs the first
// with first weights on ones.

#include <runtime/base/error.h>
#include <runtime/device/registry.h>
#include <runtime/session/execute.h>
#include <runtime/session/session.h>

#include <algorithm>
#include <iostream>

using namespace dpsims;

namespace {

void print(const std::vector<Argument> &arguments) {
  for (size_t i = 0; i < arguments.size(); ++i)
    std::cout << (i ? ", " : "") << arguments[i].name << " " << elementTypeName(arguments[i].type) << " "
              << shapeText(arguments[i].shape);
}

void run(const std::string &path) {
  std::shared_ptr<const CompiledModel> model = CompiledModel::load(path);
  for (const Entry &entry : model->entries) {
    std::cout << entry.name << ": ";
    print(entry.inputs);
    std::cout << " -> ";
    print(entry.outputs);
    std::cout << "\n";
  }
  const Entry &entry = model->entries.front();
  DeviceOptions options;
  options.threads = 1;
  std::unique_ptr<Device> device = createDevice(model->target, options, path);
  InitialWeights weights(*model, 1);
  Session session(model, entry, *device, &weights);
  std::vector<HostTensor> inputs, outputs = makeOutputs(entry);
  for (const Argument &argument : entry.inputs) {
    HostTensor &input = inputs.emplace_back(argument.type, argument.shape);
    std::fill_n(input.buffer.as<float>(), input.count(), 1.0f);
  }
  dpsims::run(session, inputs, outputs);
  const float *values = outputs[0].buffer.as<float>();
  std::cout << std::count_if(values, values + outputs[0].count(), [](float value) { return value > 0; }) << " of "
            << outputs[0].count() << " values of " << entry.outputs[0].name << " are positive\n";
}

} // namespace

int main(int argc, char **argv) {
  try {
    run(argc > 1 ? argv[1] : "");
  } catch (const Error &error) {
    std::cerr << name(error.code()) << ": " << error.what() << "\n";
    return 1;
  }
  return 0;
}
