// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A kind of device that this build lacks.

#ifndef DPSIMS_RUNTIME_DEVICE_ABSENT_KIND_H
#define DPSIMS_RUNTIME_DEVICE_ABSENT_KIND_H

#include "runtime/device/device_kind.h"

namespace dpsims {

/// Has no devices, and says why in each error and report.
class AbsentKind : public DeviceKind {
public:
  /// `key`: that of its report. `reason`: what the build lacks, and the way out.
  AbsentKind(std::string target, std::string key, std::string reason);

  std::string target() const override;
  const char *noun() const override;
  int count() const override;
  std::string description(int index) const override;
  std::unique_ptr<Device> create(const DeviceOptions &options) const override;
  DeviceReport report() const override;

private:
  std::string name, key, reason;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_ABSENT_KIND_H
