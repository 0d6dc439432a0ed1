// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Language/TextFile.h"

#include "runtime/base/foreign_file.h"

#include "mlir/Parser/Parser.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
namespace fs = llvm::sys::fs;

namespace dpsims {
namespace {

constexpr unsigned deepest = 100;

/// What is open at a place of a text: a stack of '(', '[', '{' and '<'. A '<' may be a comparison: it ends with the
/// bracket around it, and only more than a thousand count.
class Nesting {
public:
  bool isTooDeep() const { return brackets > deepest || angles > 1000; }

  void take(char c, char before) {
    if (StringRef("([{").contains(c)) {
      open.push_back(angles);
      ++brackets;
    } else if (StringRef(")]}").contains(c) && brackets) {
      angles = open.pop_back_val();
      --brackets;
    } else if (c == '<') {
      ++angles;
    } else if (c == '>' && before != '-' && angles) {
      --angles;
    }
  }

private:
  SmallVector<unsigned> open; // the angles before each bracket
  unsigned brackets = 0, angles = 0;
};

/// The rest of the text after what is quoted or a comment, if it begins with one.
StringRef skipQuoted(StringRef text) {
  if (text.starts_with("//"))
    return text.drop_until([](char c) { return c == '\n'; });
  if (!text.consume_front("\""))
    return text;
  while (!text.empty() && text.front() != '"')
    text = text.drop_front(text.front() == '\\' ? 2 : 1);
  return text.drop_front(!text.empty());
}

bool isTooDeep(StringRef text) {
  Nesting nesting;
  for (char before = 0; !text.empty() && !nesting.isTooDeep();) {
    if (StringRef rest = skipQuoted(text); rest.size() != text.size()) {
      text = rest;
      continue;
    }
    nesting.take(text.front(), before);
    before = text.front();
    text = text.drop_front();
  }
  return nesting.isTooDeep();
}

/// What is wrong with a file's bytes; empty if nothing is.
std::string faultOf(StringRef bytes) {
  if (const char *kind = foreignKind({bytes.data(), bytes.size()}))
    return kind;
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff"))
    return "is UTF-16: save it as UTF-8";
  if (bytes.contains('\0'))
    return "is not text: it has a zero byte at " + std::to_string(bytes.find('\0'));
  if (isTooDeep(bytes))
    return "has more than " + std::to_string(deepest) + " brackets within one another";
  return "";
}

/// Appends all that there is, up to a zero byte or beyond `limit`.
std::error_code readAll(StringRef path, uint64_t limit, SmallVectorImpl<char> &bytes) {
  llvm::Expected<fs::file_t> file = fs::openNativeFileForRead(path);
  if (!file)
    return llvm::errorToErrorCode(file.takeError());
  llvm::scope_exit close([&] { (void)fs::closeFile(*file); });
  constexpr size_t step = size_t(1) << 16;
  for (size_t taken = 1; taken && bytes.size() <= limit;) {
    const size_t begin = bytes.size();
    bytes.resize_for_overwrite(begin + step);
    llvm::Expected<size_t> count = fs::readNativeFile(*file, MutableArrayRef(bytes.data() + begin, step));
    if (!count)
      return llvm::errorToErrorCode(count.takeError());
    taken = *count;
    bytes.truncate(begin + taken);
    if (llvm::is_contained(ArrayRef(bytes).drop_front(begin), '\0'))
      break;
  }
  return {};
}

} // namespace

std::unique_ptr<llvm::MemoryBuffer> readTextFile(MLIRContext *context, StringRef path, uint64_t limit) {
  auto error = [&] { return emitError(UnknownLoc::get(context)) << path << ": "; };
  SmallVector<char, 0> bytes;
  if (fs::exists(path) && !fs::is_regular_file(path) && !path.starts_with("/dev/")) {
    error() << "cannot be read: it is not a regular file; a pipe is read as /dev/stdin"; // a FIFO may have no writer
    return nullptr;
  }
  if (std::error_code code = readAll(path, limit, bytes)) {
    error() << "cannot be read: " << code.message();
    return nullptr;
  }
  StringRef text(bytes.data(), bytes.size());
  std::string fault = faultOf(text);
  if (text.size() > limit)
    fault = "is longer than the " + std::to_string(limit >> 20) + " MiB that such a file may have";
  if (!fault.empty()) {
    error() << fault;
    return nullptr;
  }
  text.consume_front("\xef\xbb\xbf"); // the byte order mark that some editors write
  return llvm::MemoryBuffer::getMemBufferCopy(text, path);
}

OwningOpRef<ModuleOp> parseModelText(MLIRContext *context, StringRef path) {
  if (fs::exists(path) && !fs::is_regular_file(path)) {
    emitError(UnknownLoc::get(context)) << path << ": cannot be read: it is not a regular file";
    return {};
  }
  std::unique_ptr<llvm::MemoryBuffer> text = readTextFile(context, path, uint64_t(1) << 30);
  if (!text)
    return {};
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(text), llvm::SMLoc());
  return parseSourceFile<ModuleOp>(sources, ParserConfig(context));
}

} // namespace dpsims
