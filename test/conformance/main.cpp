// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dpsims-conformance [--device NAME] [--tf32] [--models DIR] [GoogleTest's flags]: what every kind of device must do,
// against plain loops in f64.
// DPSIMS_CUDA_LIBRARY_DIR makes `cuda` the emulated GPU.

#include "device.h"

#include "runtime/base/error.h"

#include <gtest/gtest.h>

#include <cstring>
#include <iostream>

namespace dpsims::test {

namespace {

std::string target = "cpu";
bool tf32 = false;
std::string models = DPSIMS_CONFORMANCE_MODELS;

std::vector<const void *> addresses(const std::vector<std::vector<float>> &tensors) {
  std::vector<const void *> result;
  for (const std::vector<float> &tensor : tensors)
    result.push_back(tensor.data());
  return result;
}

// Runs once from the first values of the variables.
RunResult runOnce(Session &session, const MemoryWeights &weights, const std::vector<std::vector<float>> &inputs) {
  const Entry &entry = session.entry();
  for (size_t i = 0; i < entry.variables.size(); ++i)
    session.writeVariable(i, weights.values[entry.variables[i]].data());
  RunResult result;
  std::vector<void *> outputs;
  for (const Argument &output : entry.outputs)
    outputs.push_back(result.outputs.emplace_back(output.bytes() / sizeof(float), NAN).data());
  session.run(addresses(inputs), outputs);
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
  options.convolution = ConvolutionChoice::Direct;
  return createDevice(target, options);
}

Device &device() {
  static std::unique_ptr<Device> device = openDevice(0);
  return *device;
}

const std::string &modelsFolder() { return models; }

double tolerance() { return tf32 ? 2e-3 : 1e-6; }

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
    std::string flag = argv[i], value = flag != "--tf32" && i + 1 < argc ? argv[++i] : "";
    if (flag == "--tf32") {
      dpsims::test::tf32 = true;
    } else if (flag == "--device" && !value.empty()) {
      dpsims::test::target = value;
    } else if (flag == "--models" && !value.empty()) {
      dpsims::test::models = value;
    } else {
      std::cerr << "dpsims-conformance: error: " << flag << " " << value
                << ": expected --device NAME, --tf32 or --models DIR\n";
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
