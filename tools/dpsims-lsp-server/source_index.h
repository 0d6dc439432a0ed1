// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a file of dpsims text defines, found without parsing it: the text that is being typed is seldom right.

#ifndef DPSIMS_TOOLS_DPSIMS_LSP_SERVER_SOURCE_INDEX_H
#define DPSIMS_TOOLS_DPSIMS_LSP_SERVER_SOURCE_INDEX_H

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace dpsims {

struct Parameter {
  std::string name;
  std::string text;    ///< "stride: int = 1"
  size_t position = 0; ///< in the file's text
};

/// A block, network or program.
struct Definition {
  std::string file; ///< its path
  std::string name;
  std::string heading; ///< `dpsims.block @Conv<in: int, out: int>(%x)`
  std::string comment; ///< the lines above it
  std::vector<Parameter> parameters;
  size_t position = 0;       ///< of the name in the file's text
  size_t begin = 0, end = 0; ///< of all of it

  const Parameter *find(llvm::StringRef parameter) const;
};

struct Import {
  std::string path; ///< with the folder of the file that imports
  size_t begin = 0, end = 0;
};

/// A file's own definitions and imports.
struct SourceIndex {
  std::vector<Definition> definitions;
  std::vector<Import> imports;

  static SourceIndex of(llvm::StringRef text, const std::string &file);
};

/// The definitions of a text and of all that it imports, its own first; files that are not there have none.
std::vector<Definition> visibleDefinitions(llvm::StringRef text, const std::string &file);

/// The place behind the bracket that belongs to the one at `open`; npos if there is none. Strings and comments count
/// for nothing.
size_t endOfBrackets(llvm::StringRef text, size_t open);

bool isNameCharacter(char c);

} // namespace dpsims

#endif // DPSIMS_TOOLS_DPSIMS_LSP_SERVER_SOURCE_INDEX_H
