// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Part of a library of devices: makes the table of device_library.h of a DeviceKind. The library defines these two.

#ifndef DPSIMS_RUNTIME_DEVICE_LIBRARY_EXPORT_H
#define DPSIMS_RUNTIME_DEVICE_LIBRARY_EXPORT_H

#include "runtime/device/device_kind.h"

namespace dpsims {

/// The kind of device that the library has. Of its report only the JSON crosses.
const DeviceKind &exportedKind();

/// The calling thread is about to use the device `index`, after it may have used another.
void enterDevice(int index);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_LIBRARY_EXPORT_H
