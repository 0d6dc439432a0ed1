// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_CPU_KIND_H
#define DPSIMS_RUNTIME_DEVICE_CPU_CPU_KIND_H

#include "runtime/device/device_kind.h"

namespace dpsims {

/// The processor: all of it is one device.
const DeviceKind &cpuKind();

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_CPU_KIND_H
