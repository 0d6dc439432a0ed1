// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The device that dpsims-conformance was started for, and how well results on it must agree with f64.

#ifndef DPSIMS_TEST_CONFORMANCE_DEVICE_H
#define DPSIMS_TEST_CONFORMANCE_DEVICE_H

#include "model_builder.h"

#include "runtime/session/session.h"

namespace dpsims::test {

/// The device of --device. Convolutions are direct on the CPU.
Device &device();

/// Another like it, of that index.
std::unique_ptr<Device> openDevice(int index);

/// The folder of the compiled programs of kernels_test.cpp.
const std::string &modelsFolder();

/// Norm of the error over the norm of the result, at most, of a convolution or matmul: more with --tf32.
double tolerance();

/// An empty model for the device.
ModelBuilder modelForDevice();

/// What one entry computes from f32 inputs, with these weights (in the order of CompiledModel::weights) to begin with.
/// It runs twice, so that the second run meets the workspace of the first; both must give the same bits.
struct RunResult {
  std::vector<std::vector<float>> outputs, variables;
};
RunResult runOnDevice(const ModelBuilder &builder, const std::vector<std::vector<float>> &inputs,
                      const std::vector<std::vector<float>> &weights);

} // namespace dpsims::test

#endif // DPSIMS_TEST_CONFORMANCE_DEVICE_H
