// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What this machine has to run models on, and what it lacks: `dpsims-run info --devices`.

#ifndef DPSIMS_RUNTIME_DEVICE_DEVICES_H
#define DPSIMS_RUNTIME_DEVICE_DEVICES_H

#include "runtime/device/device_kind.h"

#include <ostream>

namespace dpsims {

/// A report of each kind of device. Never an error: what is missing is told.
struct DevicesReport {
  struct Kind {
    std::string name;
    DeviceReport report;
  };
  std::vector<Kind> kinds;
};
DevicesReport findDevices();

/// For people, and as JSON.
void printDevices(const DevicesReport &devices, std::ostream &out);
std::string devicesJson(const DevicesReport &devices);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_DEVICES_H
