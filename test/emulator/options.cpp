// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/options.h"

#include <charconv>
#include <set>
#include <sstream>
#include <stdexcept>

namespace dpsims::emulated {

namespace {

[[noreturn]] void refuse(const std::string &entry, const std::string &allowed) {
  throw std::invalid_argument("DPSIMS_EMULATED_GPU: \"" + entry + "\": " + allowed);
}

uint64_t parseNumber(const std::string &value, const std::string &entry, uint64_t least, uint64_t most) {
  uint64_t number = 0;
  const char *end = value.data() + value.size();
  auto [stop, error] = std::from_chars(value.data(), end, number);
  if (value.empty() || stop != end || error != std::errc() || number < least || number > most)
    refuse(entry, "must be a number from " + std::to_string(least) + " to " + std::to_string(most));
  return number;
}

uint64_t parseBytes(std::string value, const std::string &entry) {
  const std::string units = "KMG";
  constexpr int most = 40; // bits: a terabyte
  size_t unit = value.empty() ? std::string::npos : units.find(value.back());
  int shift = unit == std::string::npos ? 0 : 10 * static_cast<int>(unit + 1);
  if (shift)
    value.pop_back();
  return parseNumber(value, entry, 1, uint64_t(1) << (most - shift)) << shift;
}

int parseChip(const std::string &value, const std::string &entry) {
  if (value.rfind("sm_", 0) != 0)
    refuse(entry, "must be as sm_90");
  return static_cast<int>(parseNumber(value.substr(3), entry, 50, 999));
}

bool parseSwitch(const std::string &value, const std::string &entry) { return parseNumber(value, entry, 0, 1) != 0; }

std::string parseName(const std::string &value, const std::string &entry) {
  if (value.empty())
    refuse(entry, "names no kernel");
  return value;
}

void parseEntry(Options &options, const std::string &entry) {
  constexpr uint64_t mostDevices = 64, mostVersion = 999999, any = UINT64_MAX;
  size_t equals = entry.find('=');
  std::string key = entry.substr(0, equals), value = equals == std::string::npos ? "" : entry.substr(equals + 1);
  auto number = [&](uint64_t least, uint64_t most) { return parseNumber(value, entry, least, most); };
  if (key == "memory")
    options.memory = parseBytes(value, entry);
  else if (key == "chip")
    options.chip = parseChip(value, entry);
  else if (key == "devices")
    options.devices = static_cast<int>(number(0, mostDevices));
  else if (key == "no-driver")
    options.hasDriver = !parseSwitch(value, entry);
  else if (key == "driver")
    options.driver = static_cast<int>(number(1000, mostVersion));
  else if (key == "cudnn")
    options.cudnn = number(1000, mostVersion);
  else if (key == "cublas")
    options.cublas = number(1000, mostVersion);
  else if (key == "fail-launch")
    options.failLaunch = parseName(value, entry);
  else if (key == "fail-alloc")
    options.failAllocation = number(1, any);
  else if (key == "races")
    options.races = parseSwitch(value, entry);
  else if (key == "seed")
    options.seed = number(0, any);
  else if (key == "put-off")
    options.putOff = number(0, any);
  else if (key == "ignore-wait")
    options.ignoredWait = number(1, any);
  else if (key == "ignore-waits")
    options.ignoresWaits = parseSwitch(value, entry);
  else if (key == "statistics")
    options.statistics = parseSwitch(value, entry);
  else if (key == "leaks")
    options.leaks = parseSwitch(value, entry);
  else
    refuse(entry, "is not a setting; see docs/emulated-gpu.md");
}

} // namespace

Options parseOptions(const std::string &text) {
  Options options;
  std::istringstream entries(text);
  for (std::string entry; std::getline(entries, entry, ',');)
    parseEntry(options, entry);
  return options;
}

int visibleDevices(const char *list, int devices) {
  if (!list)
    return devices;
  std::istringstream entries(list);
  std::set<int> visible;
  for (std::string entry; std::getline(entries, entry, ',');) {
    int index = -1;
    const char *end = entry.data() + entry.size();
    auto [stop, error] = std::from_chars(entry.data(), end, index);
    if (stop != end || error != std::errc() || index < 0 || index >= devices)
      break;
    if (!visible.insert(index).second)
      return 0;
  }
  return static_cast<int>(visible.size());
}

} // namespace dpsims::emulated
