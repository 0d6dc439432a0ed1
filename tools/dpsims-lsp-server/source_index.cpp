// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-lsp-server/source_index.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <algorithm>

namespace dpsims {

using llvm::StringRef;

bool isNameCharacter(char c) { return llvm::isAlnum(c) || c == '_'; }

const Parameter *Definition::find(StringRef parameter) const {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const Parameter &candidate) { return candidate.name == parameter; });
  return found == parameters.end() ? nullptr : &*found;
}

// Behind the string or comment that begins at `i`, or `i` where none does.
static size_t skipQuoted(StringRef text, size_t i) {
  if (text[i] == '"') {
    const size_t end = text.find('"', i + 1);
    return end == StringRef::npos ? text.size() : end + 1;
  }
  return text.substr(i).starts_with("//") ? std::min(text.find('\n', i), text.size()) : i;
}

size_t endOfBrackets(StringRef text, size_t open) {
  int depth = 0;
  for (size_t i = open; i < text.size(); ++i) {
    if (const size_t next = skipQuoted(text, i); next > i) {
      i = next - 1;
      continue;
    }
    if (StringRef("<([{").contains(text[i]))
      ++depth;
    if (StringRef(">)]}").contains(text[i]) && text.substr(i - 1, 2) != "->" && --depth == 0)
      return i + 1;
  }
  return StringRef::npos;
}

static StringRef nameAt(StringRef text, size_t position) { return text.substr(position).take_while(isNameCharacter); }

// `list` is "<in: int, out: int = 3>", at that place of the text.
static std::vector<Parameter> readParameters(StringRef list, size_t position) {
  std::vector<Parameter> parameters;
  size_t begin = 1, depth = 0;
  for (size_t i = 0; i < list.size(); ++i) {
    if (const size_t next = skipQuoted(list, i); next > i) {
      i = next - 1;
      continue;
    }
    depth += StringRef("<([{").contains(list[i]);
    depth -= StringRef(">)]}").contains(list[i]);
    if (!(list[i] == ',' && depth == 1) && depth > 0)
      continue;
    const StringRef whole = list.slice(begin, i), text = whole.trim();
    if (!text.empty())
      parameters.push_back({nameAt(text, 0).str(), text.str(), position + begin + whole.find(text.front())});
    begin = i + 1;
  }
  return parameters;
}

// The comment whose last line ends before `position`, without slashes.
static std::string commentAbove(StringRef text, size_t position) {
  std::string comment;
  for (StringRef above = text.take_front(position); !above.empty();) {
    above = above.drop_back(); // the line's end
    const size_t begin = above.rfind('\n') + 1;
    StringRef line = above.substr(begin);
    if (!line.consume_front("//") || line.contains("SPDX"))
      break;
    comment = line.ltrim().str() + (comment.empty() ? "" : "\n") + comment;
    above = above.take_front(begin);
  }
  return comment;
}

static void readDefinition(StringRef text, const std::string &file, size_t begin, SourceIndex &index) {
  const size_t at = text.find('@', begin), lineEnd = std::min(text.find('\n', begin), text.size());
  if (at >= lineEnd)
    return;
  Definition result;
  result.file = file;
  result.name = nameAt(text, at + 1).str();
  result.position = at + 1;
  result.begin = begin;
  size_t end = at + 1 + result.name.size();
  if (end < text.size() && text[end] == '<') {
    const size_t close = endOfBrackets(text, end);
    if (close != StringRef::npos) {
      result.parameters = readParameters(text.slice(end, close), end);
      end = close;
    }
  }
  if (end < text.size() && text[end] == '(')
    end = std::min(endOfBrackets(text, end), lineEnd < end ? text.size() : lineEnd);
  result.heading = text.slice(begin, end).str();
  result.comment = commentAbove(text, begin);
  const size_t next = text.find("\ndpsims.", begin);
  result.end = std::min(next, text.size());
  index.definitions.push_back(std::move(result));
}

static void readImport(StringRef text, const std::string &file, size_t begin, SourceIndex &index) {
  const StringRef line = text.substr(begin).take_until([](char c) { return c == '\n'; });
  const size_t open = line.find('"'), close = line.find('"', open + 1);
  if (open == StringRef::npos || close == StringRef::npos)
    return;
  llvm::SmallString<256> path(llvm::sys::path::parent_path(file));
  llvm::sys::path::append(path, line.slice(open + 1, close));
  index.imports.push_back({path.str().str(), begin + open, begin + close + 1});
}

SourceIndex SourceIndex::of(StringRef text, const std::string &file) {
  SourceIndex index;
  for (size_t begin = 0; begin < text.size(); begin = std::min(text.find('\n', begin), text.size()) + 1) {
    StringRef rest = text.substr(begin);
    if (rest.starts_with("dpsims.import"))
      readImport(text, file, begin, index);
    else if (rest.starts_with("dpsims.block") || rest.starts_with("dpsims.network") ||
             rest.starts_with("dpsims.program"))
      readDefinition(text, file, begin, index);
  }
  return index;
}

static void collect(StringRef text, const std::string &file, llvm::StringSet<> &seen, std::vector<Definition> &result) {
  if (!seen.insert(file).second)
    return;
  SourceIndex index = SourceIndex::of(text, file);
  std::move(index.definitions.begin(), index.definitions.end(), std::back_inserter(result));
  for (const Import &import : index.imports)
    if (const auto imported = llvm::MemoryBuffer::getFile(import.path, /*IsText=*/true))
      collect((*imported)->getBuffer(), import.path, seen, result);
}

std::vector<Definition> visibleDefinitions(StringRef text, const std::string &file) {
  llvm::StringSet<> seen;
  std::vector<Definition> result;
  collect(text, file, seen, result);
  return result;
}

} // namespace dpsims
