// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What crosses the boundary of device_library.h, as both halves have it: in both directions, side by side.

#ifndef DPSIMS_RUNTIME_DEVICE_LIBRARY_CONVERSION_H
#define DPSIMS_RUNTIME_DEVICE_LIBRARY_CONVERSION_H

#include "runtime/device/convolution_plans.h"
#include "runtime/device/library/device_library.h"

#include <string>

namespace dpsims {

/// The fields point into `options`.
dpsims_device_options toC(const DeviceOptions &options);
/// Fields that the struct is too short for have their defaults. Error: a number that is none of an enumeration's.
DeviceOptions fromC(const dpsims_device_options &options);

/// Error: `queue` is none.
Queue queueFromC(int32_t queue);

/// As JSON, and back. Error: the text is not such JSON.
std::string toJson(const DevicePeaks &peaks);
DevicePeaks peaksFromJson(const std::string &text);
std::string toJson(const ConvolutionPlans &plans);
ConvolutionPlans plansFromJson(const std::string &text);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_LIBRARY_CONVERSION_H
