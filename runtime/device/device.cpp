// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/device.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/device/registry.h"

#include <algorithm>
#include <cstdlib>

namespace dpsims {

std::string defaultPlanCache() {
  const char *cache = std::getenv("XDG_CACHE_HOME");
  if (cache && *cache)
    return joinPath(cache, "dpsims/plans.json");
  const char *home = std::getenv("HOME");
  return home && *home ? joinPath(home, ".cache/dpsims/plans.json") : std::string();
}

void chooseDevice(const std::string &text, DeviceOptions &options) {
  constexpr size_t maxDigits = 4;
  const size_t colon = std::min(text.find(':'), text.size());
  const std::string kindName = text.substr(0, colon), number = text.substr(std::min(colon + 1, text.size()));
  options.target.clear();
  options.index = 0;
  if (text.empty())
    return;
  std::string names;
  for (const DeviceKind *kind : deviceKinds()) {
    names += (names.empty() ? "" : ", ") + kind->target();
    if (kindName == kind->target())
      options.target = kindName;
  }
  const bool isNumber =
      !number.empty() && number.size() <= maxDigits && number.find_first_not_of("0123456789") == std::string::npos;
  if (options.target.empty() || (colon < text.size() && !isNumber))
    fail("--device ", text, ": devices are ", names, " and ", deviceKinds().back()->target(),
         ":N (dpsims-run info --devices lists them)");
  if (isNumber)
    options.index = std::stoi(number);
}

ConvolutionPlans planConvolutions(const CompiledModel &model, const ConvolutionPlansRequest &request) {
  try {
    const DeviceKind &kind = deviceKind(model.target);
    if (request.description.empty())
      requireIndex(kind, request.options.index);
    return kind.planConvolutions(model, request);
  } catch (const DeviceError &error) {
    fail(error.code(), model.path, ": ", error.what());
  }
}

// The one that is asked for, else the first that has plans to be made ahead, if any has.
static const DeviceKind &describedKind(const DeviceOptions &options) {
  if (!options.target.empty())
    return deviceKind(options.target);
  for (const DeviceKind *kind : deviceKinds())
    if (kind->plansConvolutions())
      return *kind;
  return *deviceKinds().back();
}

std::string describeDevice(const DeviceOptions &options) {
  const DeviceKind &kind = describedKind(options);
  requireIndex(kind, options.index);
  return kind.properties(options.index);
}

std::unique_ptr<Device> createDevice(const std::string &target, const DeviceOptions &options,
                                     const std::string &model) {
  try {
    const DeviceKind &kind = deviceKind(target);
    if (!options.target.empty() && options.target != target)
      fail(ErrorCode::Incompatible, "compiled for ", target, ", and --device asks for ", options.target,
           ": compile with --target ", options.target);
    requireIndex(kind, options.index);
    return kind.create(options);
  } catch (const Error &error) {
    fail(error.code(), model, model.empty() ? "" : ": ", error.what());
  }
}

} // namespace dpsims
