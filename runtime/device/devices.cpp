// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/devices.h"

#include "runtime/device/registry.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dpsims {

DevicesReport findDevices() {
  DevicesReport devices;
  for (const DeviceKind *kind : deviceKinds())
    devices.kinds.push_back({kind->target(), kind->report()});
  return devices;
}

void printDevices(const DevicesReport &devices, std::ostream &out) {
  constexpr size_t column = 20;
  for (const DevicesReport::Kind &kind : devices.kinds) {
    out << kind.name << "\n";
    for (const auto &[what, value] : kind.report.lines) {
      std::string text = "  " + what;
      text.resize(std::max(text.size() + 1, column), ' ');
      out << text << value << "\n";
    }
  }
}

std::string devicesJson(const DevicesReport &devices) {
  nlohmann::json json;
  for (const DevicesReport::Kind &kind : devices.kinds)
    json[kind.report.key] = nlohmann::json::parse(kind.report.json);
  return json.dump(1) + "\n";
}

} // namespace dpsims
