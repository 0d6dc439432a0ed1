// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/device_description.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace dpsims::cuda {

namespace {

using Json = nlohmann::json;

constexpr const char *example = "; see runtime/device/cuda/devices/h100.json";
constexpr size_t longestName = 255, longestValue = 60;

// What a property may be: far beyond every GPU that there is, but no nonsense.
struct Property {
  const char *name;
  int64_t least, most;
  size_t count = 1; // numbers
};

constexpr Property properties[] = {
    {"deviceVer", 300, 9999},
    {"multiProcessorCount", 1, 4096},
    {"maxGridSize", 1, INT32_MAX, 3},
    {"maxBlockSize", 1, 65536, 3},
    {"cudaDeviceId", 0, 1023},
    {"driverVer", 1000, 999999},
    {"smClockRateKHz", 0, 100'000'000},
    {"memClockRateKHz", 0, 100'000'000},
    {"l2CacheSize", 0, int64_t(1) << 40},
    {"warpSize", 32, 32},
    {"maxSharedMemoryPerBlock", 1024, 1 << 30},
    {"maxSharedMemoryPerBlockOptin", 1024, 1 << 30},
    {"reservedSharedMemoryPerBlock", 0, 1 << 30},
    {"regsPerBlock", 1024, 1 << 30},
    {"maxRegistersPerSM", 1024, 1 << 30},
    {"pciDeviceId", 0, UINT32_MAX},
    {"maxCtasPerSM", 1, 1024},
    {"maxThreadsPerBlock", 32, 65536},
    {"maxThreadsPerSM", 32, 65536},
    {"isTccDriver", 0, 1},
    {"supportCoopLaunch", 0, 1},
    {"totalGlobalMem", 1 << 20, int64_t(1) << 50},
};

bool isWithin(const Json &value, const Property &property) {
  return value.is_number_integer() && value >= property.least && value <= property.most;
}

bool fits(const Json &value, const Property &property) {
  if (property.count == 1)
    return isWithin(value, property);
  return value.is_array() && value.size() == property.count &&
         std::all_of(value.begin(), value.end(), [&](const Json &one) { return isWithin(one, property); });
}

std::string allowed(const Property &property) {
  const std::string range = std::to_string(property.least) + " to " + std::to_string(property.most);
  if (property.least == property.most)
    return "must be " + std::to_string(property.least);
  return property.count == 1 ? "must be an integer from " + range
                             : "must be " + std::to_string(property.count) + " integers from " + range;
}

void check(const Json &device, const Property &property, const std::string &path) {
  auto found = device.find(property.name);
  if (found != device.end() && !fits(*found, property))
    fail(ErrorCode::InvalidData, path, ": ", quoted(property.name), " is ", found->dump().substr(0, longestValue),
         ", and ", allowed(property), example);
}

void require(const Json &device, const char *name, const std::string &path) {
  if (!device.contains(name))
    fail(ErrorCode::InvalidData, path, ": ", quoted(name), " is missing", example);
}

} // namespace

DeviceDescription readDeviceDescription(const std::string &path) {
  DeviceDescription result;
  result.text = readText(path);
  const Json device = Json::parse(result.text, nullptr, false);
  if (!device.is_object() || !device.value("deviceName", Json()).is_string())
    fail(ErrorCode::InvalidData, path, ": is not a description of a device: JSON with \"deviceName\" and more",
         example);
  result.name = device["deviceName"];
  if (result.name.empty() || result.name.size() > longestName)
    fail(ErrorCode::InvalidData, path, ": \"deviceName\" has ", result.name.size(), " bytes, and must have 1 to ",
         longestName, example);
  for (const char *name : {"deviceVer", "multiProcessorCount"})
    require(device, name, path);
  for (const Property &property : properties)
    check(device, property, path);
  result.capability = device["deviceVer"].get<int>() / 10;
  result.multiprocessors = device["multiProcessorCount"];
  return result;
}

} // namespace dpsims::cuda
