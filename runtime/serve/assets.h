// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files that the program carries: the page, the interface's description, a label map. cmake/DpsimsEmbed.cmake makes
// the table.

#ifndef DPSIMS_RUNTIME_SERVE_ASSETS_H
#define DPSIMS_RUNTIME_SERVE_ASSETS_H

#include <string>
#include <string_view>

namespace dpsims::serve {

/// The content of the file of that name; null where there is none.
const std::string_view *findAsset(std::string_view name);

/// Its Content-Type, by the name's ending.
std::string assetType(std::string_view name);

} // namespace dpsims::serve

#endif // DPSIMS_RUNTIME_SERVE_ASSETS_H
