// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/device/registry.h"

#include "runtime/base/error.h"

namespace dpsims {

#define DEVICE(name) const DeviceKind &name##Kind();
#include "runtime/device/kinds.def"

static std::vector<const DeviceKind *> &registry() {
  static std::vector<const DeviceKind *> kinds = {
#define DEVICE(name) &name##Kind(),
#include "runtime/device/kinds.def"
  };
  return kinds;
}

const std::vector<const DeviceKind *> &deviceKinds() { return registry(); }

void registerDeviceKind(const DeviceKind &kind) {
  for (const DeviceKind *known : deviceKinds())
    if (known->target() == kind.target())
      fail("there are two kinds of devices for ", kind.target());
  registry().push_back(&kind);
}

const DeviceKind &deviceKind(const std::string &target) {
  std::string names;
  for (const DeviceKind *kind : deviceKinds()) {
    if (kind->target() == target)
      return *kind;
    names += (names.empty() ? "" : ", ") + kind->target();
  }
  failDevice(ErrorCode::Incompatible, "compiled for ", quoted(target),
             ", of which this build of dpsims knows no device; it has ", names, ": compile with --target ",
             deviceKinds().front()->target());
}

void requireIndex(const DeviceKind &kind, int index) {
  const int count = kind.count();
  if (count == 0 || (index >= 0 && index < count))
    return;
  std::string there;
  for (int i = 0; i < count; ++i)
    there += std::string(i ? "; " : "") + kind.target() + ":" + std::to_string(i) + ", " + kind.description(i);
  failDevice(ErrorCode::InvalidArgument, "--device ", kind.target(), ":", index, ": there is no such ", kind.noun(),
             "; there ", count == 1 ? "is " : "are ", there);
}

} // namespace dpsims
