// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dpsims-conformance [--device NAME] [--tf32 | --winograd] [--models DIR] [GoogleTest's flags]: what every kind of
// device must do, against plain loops in f64. DPSIMS_CUDA_LIBRARY_DIR makes `cuda` the emulated GPU.

#include "device.h"

#include "runtime/base/error.h"
#include "runtime/base/float16.h"

#include <gtest/gtest.h>

#include <cstring>
#include <iostream>

namespace dpsims::test {

namespace {

std::string target = "cpu";
bool tf32 = false, winograd = false;
std::string models = DPSIMS_CONFORMANCE_MODELS;

using Bytes = std::vector<uint8_t>;

Bytes bytesOf(const std::vector<float> &values, ElementType type) {
  Bytes bytes(values.size() * elementSize(type));
  narrow(type, values.data(), values.size(), bytes.data());
  return bytes;
}

std::vector<float> valuesOf(const Bytes &bytes, ElementType type) {
  std::vector<float> values(bytes.size() / elementSize(type));
  widen(type, bytes.data(), values.size(), values.data());
  return values;
}

// Runs once from the first values of the variables.
RunResult runOnce(Session &session, const MemoryWeights &weights, const std::vector<std::vector<float>> &inputs) {
  const Entry &entry = session.entry();
  for (size_t i = 0; i < entry.variables.size(); ++i)
    session.writeVariable(i, weights.values[entry.variables[i]].data());
  RunResult result;
  std::vector<Bytes> given, taken;
  std::vector<const void *> inputAddresses;
  std::vector<void *> outputAddresses;
  for (size_t i = 0; i < inputs.size(); ++i)
    given.push_back(bytesOf(inputs[i], entry.inputs[i].type));
  for (const Argument &output : entry.outputs)
    taken.emplace_back(output.bytes(), 0xff); // not a number
  for (const Bytes &bytes : given)
    inputAddresses.push_back(bytes.data());
  for (Bytes &bytes : taken)
    outputAddresses.push_back(bytes.data());
  session.run(inputAddresses, outputAddresses);
  for (size_t i = 0; i < taken.size(); ++i)
    result.outputs.push_back(valuesOf(taken[i], entry.outputs[i].type));
  for (size_t i = 0; i < entry.variables.size(); ++i) {
    result.variables.emplace_back(weights.values[entry.variables[i]].size(), NAN);
    session.readVariable(i, result.variables.back().data());
  }
  return result;
}

} // namespace

std::unique_ptr<Device> openDevice(int index) {
  DeviceOptions options;
  options.index = index;
  options.convolution = winograd ? ConvolutionChoice::Winograd : ConvolutionChoice::Direct;
  return createDevice(target, options);
}

Device &device() {
  static std::unique_ptr<Device> device = openDevice(0);
  return *device;
}

const std::string &modelsFolder() { return models; }

double tolerance(format::ElementType result) {
  return result == format::ElementType::BF16 ? 4e-3 : tf32 ? 2e-3 : winograd ? 4e-6 : 1e-6;
}

std::vector<float> rounded(std::vector<float> values, format::ElementType type) {
  if (type == format::ElementType::BF16)
    for (float &value : values)
      value = bfloat16ToFloat(floatToBfloat16(value));
  return values;
}

ModelBuilder modelForDevice() {
  ModelBuilder builder;
  builder.model.target = target;
  builder.model.precision = tf32 ? format::Precision::TF32 : format::Precision::F32;
  return builder;
}

RunResult runOnDevice(const ModelBuilder &builder, const std::vector<std::vector<float>> &inputs,
                      const std::vector<std::vector<float>> &weightValues) {
  std::shared_ptr<const CompiledModel> model = builder.load();
  MemoryWeights weights;
  weights.values = weightValues;
  Session session(model, model->entry(""), device(), &weights);
  RunResult first = runOnce(session, weights, inputs), second = runOnce(session, weights, inputs);
  auto sameBits = [](const std::vector<float> &a, const std::vector<float> &b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
  };
  EXPECT_TRUE(std::equal(first.outputs.begin(), first.outputs.end(), second.outputs.begin(), sameBits))
      << "two runs differ";
  EXPECT_TRUE(std::equal(first.variables.begin(), first.variables.end(), second.variables.begin(), sameBits))
      << "two runs differ";
  return second;
}

} // namespace dpsims::test

int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    std::string flag = argv[i], value = flag != "--tf32" && flag != "--winograd" && i + 1 < argc ? argv[++i] : "";
    if (flag == "--tf32") {
      dpsims::test::tf32 = true;
    } else if (flag == "--winograd") {
      dpsims::test::winograd = true;
    } else if (flag == "--device" && !value.empty()) {
      dpsims::test::target = value;
    } else if (flag == "--models" && !value.empty()) {
      dpsims::test::models = value;
    } else {
      std::cerr << "dpsims-conformance: error: " << flag << " " << value
                << ": expected --device NAME, --tf32, --winograd or --models DIR\n";
      return 1;
    }
  }
  try {
    std::cout << dpsims::test::device().description() << std::endl;
  } catch (const dpsims::Error &error) {
    std::cerr << "dpsims-conformance: error: " << error.what() << "\n";
    return 1;
  }
  return RUN_ALL_TESTS();
}
