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
  options.target.reset();
  options.index = 0;
  if (text.empty())
    return;
  std::string names;
  for (const DeviceKind *kind : deviceKinds()) {
    const std::string known = name(kind->target());
    names += (names.empty() ? "" : ", ") + known;
    if (kindName == known)
      options.target = kind->target();
  }
  const bool isNumber =
      !number.empty() && number.size() <= maxDigits && number.find_first_not_of("0123456789") == std::string::npos;
  if (!options.target || (colon < text.size() && !isNumber))
    fail("--device ", text, ": devices are ", names, " and ", name(deviceKinds().back()->target()),
         ":N (dpsims-run info --devices lists them)");
  if (isNumber)
    options.index = std::stoi(number);
}

ConvolutionPlans planConvolutions(const CompiledModel &model, const ConvolutionPlansRequest &request) {
  const DeviceKind &kind = deviceKind(model.target);
  try {
    if (request.description.empty())
      requireIndex(kind, request.options.index);
    return kind.planConvolutions(model, request);
  } catch (const DeviceError &error) {
    fail(error.code(), model.path, ": ", error.what());
  }
}

std::string describeDevice(const DeviceOptions &options) {
  const DeviceKind &kind = deviceKind(options.target.value_or(Target::Cuda));
  requireIndex(kind, options.index);
  return kind.properties(options.index);
}

std::unique_ptr<Device> createDevice(Target target, const DeviceOptions &options, const std::string &model) {
  const DeviceKind &kind = deviceKind(target);
  try {
    if (options.target.value_or(target) != target)
      fail(ErrorCode::Incompatible, "compiled for ", name(target), ", and --device asks for ", name(*options.target),
           ": compile with --target ", name(*options.target));
    requireIndex(kind, options.index);
    return kind.create(options);
  } catch (const Error &error) {
    fail(error.code(), model, model.empty() ? "" : ": ", error.what());
  }
}

} // namespace dpsims
