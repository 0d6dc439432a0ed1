// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The device that dpsims-conformance was started for, and how well results on it must agree with f64.

#ifndef DPSIMS_TEST_CONFORMANCE_DEVICE_H
#define DPSIMS_TEST_CONFORMANCE_DEVICE_H

#include "model_builder.h"

#include "runtime/session/session.h"

#include <ostream>

namespace dpsims::test {

/// The device of --device. Convolutions are direct on the CPU, unless --winograd is given.
Device &device();

/// Another like it, of that index.
std::unique_ptr<Device> openDevice(int index);

/// The folder of the compiled programs of kernels_test.cpp.
const std::string &modelsFolder();

/// Norm of the error over the norm of the result, at most, of a convolution or matmul: more with --tf32 and --winograd,
/// and for a result that is rounded to bf16.
double tolerance(format::ElementType result = format::ElementType::F32);

/// The values as that type has them.
std::vector<float> rounded(std::vector<float> values, format::ElementType type);

/// The types of a product's factors and of its result.
struct ProductTypes {
  format::ElementType factors = format::ElementType::F32, result = format::ElementType::F32;
};
inline constexpr ProductTypes narrowTypes[] = {{format::ElementType::BF16, format::ElementType::BF16},
                                               {format::ElementType::BF16, format::ElementType::F32}};
inline std::ostream &operator<<(std::ostream &stream, const ProductTypes &types) {
  return stream << " of " << format::EnumNameElementType(types.factors) << " to "
                << format::EnumNameElementType(types.result);
}

/// An empty model for the device.
ModelBuilder modelForDevice();

/// What one entry computes from inputs given in f32, with these weights (in the order of CompiledModel::weights) to
/// begin with. It runs twice, so that the second run meets the workspace of the first; both must give the same bits.
struct RunResult {
  std::vector<std::vector<float>> outputs, variables;
};
RunResult runOnDevice(const ModelBuilder &builder, const std::vector<std::vector<float>> &inputs,
                      const std::vector<std::vector<float>> &weights);

} // namespace dpsims::test

#endif // DPSIMS_TEST_CONFORMANCE_DEVICE_H
