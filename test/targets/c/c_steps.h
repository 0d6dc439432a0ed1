// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Steps as plain loops; sums are in f64.

#ifndef DPSIMS_TEST_TARGETS_C_C_STEPS_H
#define DPSIMS_TEST_TARGETS_C_C_STEPS_H

#include "runtime/device/plan/step.h"
#include "test/targets/c/c_kernels.h"

#include <memory>

namespace dpsims::c {

std::unique_ptr<DeviceStep> makeLaunch(const StepContext &context, const LaunchStep &launch, const Kernel &kernel,
                                       KernelFunction function);
std::unique_ptr<DeviceStep> makeLoops(const StepContext &context, const ConvStep &step);
std::unique_ptr<DeviceStep> makeLoops(const StepContext &context, const ConvInputGradientStep &step);
std::unique_ptr<DeviceStep> makeLoops(const StepContext &context, const ConvWeightGradientStep &step);
std::unique_ptr<DeviceStep> makeLoops(const StepContext &context, const MatmulStep &step);

} // namespace dpsims::c

#endif // DPSIMS_TEST_TARGETS_C_C_STEPS_H
