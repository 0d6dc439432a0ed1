// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// In a build without the CPU device.
#include "runtime/device/absent_kind.h"
#include "runtime/device/cpu/cpu_kind.h"

namespace dpsims {

const DeviceKind &cpuKind() {
  static const AbsentKind kind("cpu", "processor", "this build of dpsims was built without the CPU device");
  return kind;
}

} // namespace dpsims
