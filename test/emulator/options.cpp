// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/options.h"

#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace dpsims::emulated {

namespace {

[[noreturn]] void refuse(const std::string &entry) {
  throw std::invalid_argument("DPSIMS_EMULATED_GPU: \"" + entry + "\" is not understood");
}

uint64_t parseNumber(const std::string &value, const std::string &entry) {
  char *end = nullptr;
  uint64_t number = std::strtoull(value.c_str(), &end, 10);
  if (value.empty() || *end)
    refuse(entry);
  return number;
}

uint64_t parseBytes(std::string value, const std::string &entry) {
  const std::string units = "KMG";
  size_t unit = value.empty() ? std::string::npos : units.find(value.back());
  if (unit == std::string::npos)
    return parseNumber(value, entry);
  value.pop_back();
  return parseNumber(value, entry) << (10 * (unit + 1));
}

int parseChip(const std::string &value, const std::string &entry) {
  if (value.rfind("sm_", 0) != 0)
    refuse(entry);
  return static_cast<int>(parseNumber(value.substr(3), entry));
}

void parseEntry(Options &options, const std::string &entry) {
  size_t equals = entry.find('=');
  if (equals == std::string::npos)
    refuse(entry);
  std::string key = entry.substr(0, equals), value = entry.substr(equals + 1);
  auto number = [&] { return parseNumber(value, entry); };
  if (key == "memory")
    options.memory = parseBytes(value, entry);
  else if (key == "chip")
    options.chip = parseChip(value, entry);
  else if (key == "devices")
    options.devices = static_cast<int>(number());
  else if (key == "no-driver")
    options.hasDriver = number() == 0;
  else if (key == "driver")
    options.driver = static_cast<int>(number());
  else if (key == "cudnn")
    options.cudnn = number();
  else if (key == "cublas")
    options.cublas = number();
  else if (key == "fail-launch")
    options.failLaunch = value;
  else if (key == "fail-alloc")
    options.failAllocation = number();
  else if (key == "races")
    options.races = number() != 0;
  else if (key == "seed")
    options.seed = number();
  else if (key == "ignore-waits")
    options.ignoresWaits = number() != 0;
  else if (key == "statistics")
    options.statistics = number() != 0;
  else if (key == "leaks")
    options.leaks = number() != 0;
  else
    refuse(entry);
}

} // namespace

Options parseOptions(const std::string &text) {
  Options options;
  std::istringstream entries(text);
  for (std::string entry; std::getline(entries, entry, ',');)
    parseEntry(options, entry);
  return options;
}

} // namespace dpsims::emulated
