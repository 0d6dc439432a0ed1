// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/device/absent_kind.h"

#include "runtime/base/error.h"

#include <nlohmann/json.hpp>

namespace dpsims {

AbsentKind::AbsentKind(std::string target, std::string key, std::string reason)
    : name(std::move(target)), key(std::move(key)), reason(std::move(reason)) {}

std::string AbsentKind::target() const { return name; }
const char *AbsentKind::noun() const { return "device"; }
int AbsentKind::count() const { return 0; }
std::string AbsentKind::description(int) const { return reason; }

std::unique_ptr<Device> AbsentKind::create(const DeviceOptions &) const {
  failDevice(ErrorCode::Unavailable, "compiled for ", name, ", and ", reason,
             "; or compile for another --target to run here");
}

DeviceReport AbsentKind::report() const {
  const nlohmann::json json = {{"problem", reason}};
  return {key, json.dump(), {{"missing", reason}}};
}

} // namespace dpsims
