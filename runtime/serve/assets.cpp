// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/serve/assets.h"

#include <utility>

namespace dpsims::serve {

extern const std::pair<std::string_view, std::string_view> assetTable[];
extern const unsigned assetCount;

const std::string_view *findAsset(std::string_view name) {
  for (unsigned i = 0; i < assetCount; ++i)
    if (assetTable[i].first == name)
      return &assetTable[i].second;
  return nullptr;
}

std::string assetType(std::string_view name) {
  const std::string_view ending = name.substr(name.rfind('.') + 1);
  return ending == "html"   ? "text/html; charset=utf-8"
         : ending == "css"  ? "text/css; charset=utf-8"
         : ending == "js"   ? "text/javascript; charset=utf-8"
         : ending == "json" ? "application/json"
         : ending == "svg"  ? "image/svg+xml"
                            : "image/png";
}

} // namespace dpsims::serve
