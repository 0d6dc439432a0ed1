// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What MLIR's own server does not know of dpsims text: blocks of imported files, their parameters, what ops do.

#ifndef DPSIMS_TOOLS_DPSIMS_LSP_SERVER_LANGUAGE_H
#define DPSIMS_TOOLS_DPSIMS_LSP_SERVER_LANGUAGE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/JSON.h"

#include <optional>
#include <string>

namespace dpsims {

/// A place in a document: its text, the path of its file, an offset.
struct Cursor {
  llvm::StringRef text;
  std::string file;
  size_t offset = 0;
};

/// Results of the protocol's requests, or nothing. Hover: a block, a parameter, an op (docs/reference.md). Definition:
/// a block, a parameter, an import. Completion: blocks after "@", parameters in "<>", as a list of items.
std::optional<llvm::json::Value> hoverAt(const Cursor &cursor);
std::optional<llvm::json::Value> definitionAt(const Cursor &cursor);
std::optional<llvm::json::Value> completionsAt(const Cursor &cursor);

} // namespace dpsims

#endif // DPSIMS_TOOLS_DPSIMS_LSP_SERVER_LANGUAGE_H
