// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/dpsims-compile/network.h"
#include "tools/dpsims-compile/json_file.h"

#include <cmath>

using namespace dpsims;
using llvm::StringRef;

static constexpr int64_t mostInNode = 1 << 16;

static llvm::Expected<Link> readLink(StringRef path, const llvm::json::Object &network, StringRef name) {
  const llvm::json::Object *link = network.getObject(name);
  const double latency = link ? link->getNumber("latency").value_or(-1) : -1;
  const double bandwidth = link ? link->getNumber("bandwidth").value_or(0) : 0;
  if (!(latency >= 0) || !std::isfinite(latency) || !(bandwidth > 0) || !std::isfinite(bandwidth))
    return flagError(
        path + ": \"" + name +
        "\" must have a \"latency\" in seconds, at least 0, and a \"bandwidth\" in bytes a second, above 0");
  return Link{latency, bandwidth};
}

llvm::Expected<Network> dpsims::readNetwork(StringRef path) {
  llvm::Expected<llvm::json::Value> json =
      readJsonFile(path, "a file as runtime/device/cuda/networks/h100-infiniband.json");
  if (!json)
    return json.takeError();
  const llvm::json::Object *root = json->getAsObject();
  const int64_t devices = root ? root->getInteger("devices_per_node").value_or(0) : 0;
  if (devices < 1 || devices > mostInNode)
    return flagError(path + ": must be an object with \"devices_per_node\", 1 to " + llvm::Twine(mostInNode) +
                     ", \"inside\" and \"between\"");
  llvm::Expected<Link> inside = readLink(path, *root, "inside");
  if (!inside)
    return inside.takeError();
  llvm::Expected<Link> between = readLink(path, *root, "between");
  if (!between)
    return between.takeError();
  return Network{devices, *inside, *between};
}
