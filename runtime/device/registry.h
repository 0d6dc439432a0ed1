// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The kinds of devices: one entry each, so that nobody else knows them by name.

#ifndef DPSIMS_RUNTIME_DEVICE_REGISTRY_H
#define DPSIMS_RUNTIME_DEVICE_REGISTRY_H

#include "runtime/device/device_kind.h"

#include <vector>

namespace dpsims {

/// In the order in which they are listed. A kind that this build lacks is there too, with no devices.
const std::vector<const DeviceKind *> &deviceKinds();

const DeviceKind &deviceKind(Target target);

/// Error: `count` > 0 and there is no such device, by the range of those that there are.
void requireIndex(const DeviceKind &kind, int index);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_REGISTRY_H
