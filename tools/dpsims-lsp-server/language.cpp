// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-lsp-server/language.h"

#include "tools/dpsims-lsp-server/source_index.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/LSP/Protocol.h"
#include "llvm/Support/MemoryBuffer.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace dpsims {

namespace reference { // docs/reference.md, of which the build makes C++
extern const std::pair<std::string_view, std::string_view> assetTable[];
} // namespace reference

namespace {

using llvm::StringRef;
namespace json = llvm::json;

/// What the cursor is at.
struct Place {
  enum Kind {
    None,
    Block, ///< @Name
    Key,   ///< name in `@Block<name = ...>`
    Value, ///< a name elsewhere, which may be a parameter of the definition around it
  } kind = None;
  size_t begin = 0; ///< of the word
  StringRef word;
  StringRef block;  ///< of a Key
  StringRef before; ///< of a Key: the arguments up to the word
};

/// The `@Block<` in whose arguments the offset is, of those after `from`: the name and the place of the bracket.
std::optional<std::pair<StringRef, size_t>> argumentsAround(StringRef text, size_t from, size_t offset) {
  std::optional<std::pair<StringRef, size_t>> found;
  for (size_t at = text.find('@', from); at < offset; at = text.find('@', at + 1)) {
    const StringRef name = text.substr(at + 1).take_while(isNameCharacter);
    const size_t open = at + 1 + name.size();
    if (open < offset && text[open] == '<' && endOfBrackets(text.take_front(offset), open) == StringRef::npos)
      found = {name, open};
  }
  return found;
}

/// The arguments before `offset` that belong to the one at which it is: behind the last comma of their own.
StringRef lastArgument(StringRef arguments) {
  int depth = 0;
  for (size_t i = arguments.size(); i-- > 0;) {
    depth += StringRef(">)]}").contains(arguments[i]);
    depth -= StringRef("<([{").contains(arguments[i]);
    if (arguments[i] == ',' && depth == 0)
      return arguments.substr(i + 1);
  }
  return arguments;
}

const Definition *enclosing(const std::vector<Definition> &definitions, const Cursor &cursor) {
  for (const Definition &definition : definitions)
    if (definition.file == cursor.file && definition.begin <= cursor.offset && cursor.offset <= definition.end)
      return &definition;
  return nullptr;
}

const Definition *find(const std::vector<Definition> &definitions, StringRef name) {
  const auto found = std::find_if(definitions.begin(), definitions.end(),
                                  [&](const Definition &definition) { return definition.name == name; });
  return found == definitions.end() ? nullptr : &*found;
}

Place placeOf(const Cursor &cursor, const Definition *around) {
  const StringRef text = cursor.text;
  Place place;
  place.begin = cursor.offset;
  while (place.begin > 0 && isNameCharacter(text[place.begin - 1]))
    --place.begin;
  place.word = text.substr(place.begin).take_while(isNameCharacter);
  const char before = place.begin > 0 ? text[place.begin - 1] : '\n';
  if (before == '@') {
    place.kind = Place::Block;
    return place;
  }
  if (before == '%' || before == '.' || before == '"' || !around)
    return place;
  place.kind = Place::Value;
  const size_t body = around->position + around->name.size();
  const size_t heading = body < text.size() && text[body] == '<' ? endOfBrackets(text, body) : body;
  if (heading == StringRef::npos || heading > cursor.offset)
    return place;
  if (const auto arguments = argumentsAround(text, heading, place.begin)) {
    const StringRef given = text.slice(arguments->second + 1, place.begin);
    if (lastArgument(given).trim().empty()) {
      place.kind = Place::Key;
      place.block = arguments->first;
      place.before = given;
    }
  }
  return place;
}

/// The parameter at the cursor, and the definition that it is one of.
std::pair<const Definition *, const Parameter *>
parameterAt(const Place &place, const std::vector<Definition> &definitions, const Definition *around) {
  if (const Definition *block = place.kind == Place::Key ? find(definitions, place.block) : nullptr)
    if (const Parameter *parameter = block->find(place.word))
      return {block, parameter};
  if (place.kind == Place::Value && around)
    return {around, around->find(place.word)};
  return {nullptr, nullptr};
}

json::Value position(StringRef text, size_t offset) {
  const StringRef before = text.take_front(offset);
  return json::Object{{"line", int64_t(before.count('\n'))}, {"character", int64_t(offset - (before.rfind('\n') + 1))}};
}

json::Value location(const Cursor &cursor, const std::string &file, size_t begin, size_t size) {
  std::unique_ptr<llvm::MemoryBuffer> buffer;
  StringRef text = cursor.text;
  if (file != cursor.file)
    if (auto read = llvm::MemoryBuffer::getFile(file, /*IsText=*/true)) {
      buffer = std::move(*read);
      text = buffer->getBuffer();
    }
  llvm::Expected<llvm::lsp::URIForFile> uri = llvm::lsp::URIForFile::fromFile(file);
  if (!uri) {
    llvm::consumeError(uri.takeError());
    return json::Array{};
  }
  json::Object range{{"start", position(text, begin)}, {"end", position(text, begin + size)}};
  return json::Array{json::Object{{"uri", uri->uri().str()}, {"range", std::move(range)}}};
}

json::Value hover(const std::string &markdown) {
  return json::Object{{"contents", json::Object{{"kind", "markdown"}, {"value", markdown}}}};
}

std::string code(StringRef text) { return ("```mlir\n" + text + "\n```\n").str(); }

/// What docs/reference.md says of an op: its summary, description and example.
std::string referenceOf(StringRef op) {
  const std::string_view &page = reference::assetTable[0].second;
  const StringRef all(page.data(), page.size());
  const size_t begin = all.find(("\n### `dpsims." + op + "` (").str());
  if (begin == StringRef::npos)
    return "";
  StringRef text = all.substr(all.find('\n', begin + 1));
  text = text.take_front(std::min({text.find("\nTraits:"), text.find("\nInterfaces:"), text.find("\n### ")}));
  text = text.take_front(text.find("\n#### "));
  return ("**" + op + "**\n\n" + text.trim() + "\n").str();
}

/// Is the word where an op's name is: at the beginning of a line or of what is assigned?
bool isOp(StringRef text, const Place &place) {
  const size_t line = text.take_front(place.begin).rfind('\n') + 1;
  const StringRef before = text.slice(line, place.begin).trim();
  return before.empty() || before.ends_with("=") || before.ends_with("{") || before.ends_with("dpsims.");
}

json::Value item(const std::string &label, int kind, StringRef detail, StringRef documentation,
                 const std::string &inserted) {
  json::Object result{{"label", label}, {"kind", kind}, {"detail", detail.str()}, {"insertText", inserted}};
  if (!documentation.empty())
    result["documentation"] = documentation.str();
  return result;
}

constexpr int classKind = 7, variableKind = 6, propertyKind = 10; // of the protocol

} // namespace

std::optional<json::Value> hoverAt(const Cursor &cursor) {
  const std::vector<Definition> definitions = visibleDefinitions(cursor.text, cursor.file);
  const Definition *around = enclosing(definitions, cursor);
  const Place place = placeOf(cursor, around);
  if (place.kind == Place::Block)
    if (const Definition *block = find(definitions, place.word))
      return hover(code(block->heading) + block->comment + "\n");
  const auto [owner, parameter] = parameterAt(place, definitions, around);
  if (parameter)
    return hover(code(parameter->text) + "A parameter of @" + owner->name + "\n");
  if (!place.word.empty() && isOp(cursor.text, place))
    if (const std::string text = referenceOf(place.word); !text.empty())
      return hover(text);
  return std::nullopt;
}

std::optional<json::Value> definitionAt(const Cursor &cursor) {
  for (const Import &import : SourceIndex::of(cursor.text, cursor.file).imports)
    if (import.begin <= cursor.offset && cursor.offset <= import.end && llvm::sys::fs::exists(import.path))
      return location(cursor, import.path, 0, 0);
  const std::vector<Definition> definitions = visibleDefinitions(cursor.text, cursor.file);
  const Definition *around = enclosing(definitions, cursor);
  const Place place = placeOf(cursor, around);
  if (place.kind == Place::Block)
    if (const Definition *block = find(definitions, place.word))
      return location(cursor, block->file, block->position, block->name.size());
  const auto [owner, parameter] = parameterAt(place, definitions, around);
  if (parameter)
    return location(cursor, owner->file, parameter->position, parameter->name.size());
  return std::nullopt;
}

std::optional<json::Value> completionsAt(const Cursor &cursor) {
  const std::vector<Definition> definitions = visibleDefinitions(cursor.text, cursor.file);
  const Definition *around = enclosing(definitions, cursor);
  const Place place = placeOf(cursor, around);
  json::Array items;
  if (place.kind == Place::Block)
    for (const Definition &block : definitions)
      if (!StringRef(block.heading).starts_with("dpsims.program"))
        items.push_back(item(block.name, classKind, block.heading, block.comment, block.name));
  const Definition *block = place.kind == Place::Key ? find(definitions, place.block) : nullptr;
  if (block) {
    llvm::SmallVector<StringRef> given;
    place.before.split(given, ',');
    for (const Parameter &parameter : block->parameters)
      if (llvm::none_of(given, [&](StringRef one) { return one.split('=').first.trim() == parameter.name; }))
        items.push_back(item(parameter.name, propertyKind, parameter.text, "", parameter.name + " = "));
  }
  if (place.kind == Place::Value && around)
    for (const Parameter &parameter : around->parameters)
      items.push_back(item(parameter.name, variableKind, parameter.text, "", parameter.name));
  if (items.empty())
    return std::nullopt;
  return json::Value(std::move(items));
}

} // namespace dpsims
