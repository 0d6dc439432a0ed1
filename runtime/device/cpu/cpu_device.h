// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The processor as a device: oneDNN for convolutions and matmuls, generated kernels for the rest, one team of
// threads for both.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_CPU_DEVICE_H
#define DPSIMS_RUNTIME_DEVICE_CPU_CPU_DEVICE_H

#include "runtime/device/device.h"

namespace dpsims {

std::unique_ptr<Device> createCpuDevice(const DeviceOptions &options);

/// With so many threads, whatever the options and the processors are.
std::unique_ptr<Device> createCpuDevice(const DeviceOptions &options, int threads);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_CPU_DEVICE_H
