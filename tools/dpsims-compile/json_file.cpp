// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/dpsims-compile/json_file.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace dpsims;
using llvm::StringRef;

static constexpr size_t largestFile = size_t(64) << 20;

/// Brackets within one another, those in strings too: no more than what such files have.
static bool isDeep(StringRef text) {
  constexpr int deepest = 100;
  int depth = 0;
  for (char c : text) {
    depth += (c == '[' || c == '{') - (c == ']' || c == '}');
    if (depth > deepest)
      return true;
  }
  return false;
}

llvm::Error dpsims::flagError(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

llvm::Expected<llvm::json::Value> dpsims::readJsonFile(StringRef path, const llvm::Twine &wanted) {
  uint64_t size = 0;
  if (llvm::sys::fs::exists(path) && !llvm::sys::fs::is_regular_file(path))
    return flagError(path + ": is not a regular file");
  if (!llvm::sys::fs::file_size(path, size) && size > largestFile)
    return flagError(path + ": is too large for " + wanted);
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return flagError(path + ": cannot be read: " + file.getError().message() + "; " + wanted);
  if (isDeep((*file)->getBuffer()))
    return flagError(path + ": has more than 100 brackets within one another");
  llvm::Expected<llvm::json::Value> json = llvm::json::parse((*file)->getBuffer());
  if (json)
    return json;
  llvm::consumeError(json.takeError());
  return flagError(path + ": is not JSON");
}
