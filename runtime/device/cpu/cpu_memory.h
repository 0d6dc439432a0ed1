// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_CPU_MEMORY_H
#define DPSIMS_RUNTIME_DEVICE_CPU_CPU_MEMORY_H

#include "runtime/device/device.h"

namespace dpsims {

/// Bytes of memory that the machine has, or that the process may use of it.
uint64_t machineMemory();

/// Anonymous pages of the system's: zero when first touched, gone when freed, in huge pages where it is large.
class CpuMemory : public DeviceMemory {
public:
  /// Error: there is not so much memory in this machine.
  explicit CpuMemory(uint64_t size);
  ~CpuMemory() override;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_CPU_MEMORY_H
