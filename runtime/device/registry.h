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

/// Adds a program's own kind, which must outlive all use of devices, to those of the build. Not while other threads use
/// the registry. Error: there is a kind for its target.
void registerDeviceKind(const DeviceKind &kind);

/// The kind for a target, by its name. Error (DeviceError): there is none; the message lists those there are.
const DeviceKind &deviceKind(const std::string &target);

/// Error: `count` > 0 and there is no such device, by the range of those that there are.
void requireIndex(const DeviceKind &kind, int index);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_REGISTRY_H
