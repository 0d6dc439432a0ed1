// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A kind of device that comes with the runtime is added here, and nowhere else.

#include "runtime/device/registry.h"

#include "runtime/base/error.h"

#include <nlohmann/json.hpp>

#ifdef DPSIMS_HAVE_CPU_DEVICE // defined by runtime/device/cpu unless DPSIMS_CPU_DEVICE is off
#include "runtime/device/cpu/cpu_kind.h"
#endif
#ifdef DPSIMS_HAVE_CUDA_DEVICE // defined by runtime/device/cuda where the toolkit is
#include "runtime/device/cuda/cuda_kind.h"
#endif

namespace dpsims {

namespace {

// What a build lacks.
class AbsentKind : public DeviceKind {
public:
  AbsentKind(std::string target, std::string key, std::string reason)
      : name(std::move(target)), key(std::move(key)), reason(std::move(reason)) {}

  std::string target() const override { return name; }
  const char *noun() const override { return "device"; }
  int count() const override { return 0; }
  std::string description(int) const override { return reason; }
  std::unique_ptr<Device> create(const DeviceOptions &) const override {
    failDevice(ErrorCode::Unavailable, "compiled for ", name, ", and ", reason,
               "; or compile for another --target to run here");
  }
  DeviceReport report() const override {
    const nlohmann::json json = {{"problem", reason}};
    return {key, json.dump(), {{"missing", reason}}};
  }

private:
  std::string name, key, reason;
};

} // namespace

static std::vector<const DeviceKind *> &registry() {
  static std::vector<const DeviceKind *> kinds = {
#ifdef DPSIMS_HAVE_CPU_DEVICE
      &cpuKind(),
#else
      new AbsentKind("cpu", "processor", "this build of dpsims was built without the CPU device"),
#endif
#ifdef DPSIMS_HAVE_CUDA_DEVICE
      &cudaKind(),
#else
      new AbsentKind("cuda", "cuda",
                     "this build of dpsims was built without the CUDA device: build it where the CUDA toolkit, 12.8 or "
                     "newer, and cuDNN 9 are"),
#endif
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
