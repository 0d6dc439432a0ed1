// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_CPU_MEMORY_H
#define DPSIMS_RUNTIME_DEVICE_CPU_CPU_MEMORY_H

#include "runtime/device/device.h"

namespace dpsims {

/// Anonymous pages of the system's: zero when first touched, gone when freed, in huge pages where it is large.
class CpuMemory : public DeviceMemory {
public:
  /// Error: there is not so much memory that the process may use.
  explicit CpuMemory(uint64_t size);
  ~CpuMemory() override;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_CPU_MEMORY_H
