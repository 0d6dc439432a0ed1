// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/error.h"

#include "runtime/base/utf8.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace dpsims {

// Accents and the like that belong to the character before them: with the composed form of the same name they look
// alike.
static bool isCombining(uint32_t code) {
  return (code >= 0x300 && code < 0x370) || code == 0x3099 || code == 0x309a || (code >= 0x1160 && code < 0x1200) ||
         (code >= 0x20d0 && code < 0x2100);
}

// Controls and bytes that are not UTF-8 as \xHH, combining characters as \uHHHH.
std::string oneLine(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Utf8Character character = firstCharacter(text);
    const size_t bytes = std::max<size_t>(character.bytes, 1);
    const uint32_t code = character.bytes ? character.code : uint8_t(text[0]);
    char escaped[8];
    if (code == '\n')
      result += "\\n";
    else if (code < 0x20 || code == 0x7f || !character.bytes)
      result.append(escaped, size_t(std::snprintf(escaped, sizeof escaped, "\\x%02x", code)));
    else if (isCombining(code))
      result.append(escaped, size_t(std::snprintf(escaped, sizeof escaped, "\\u%04x", code)));
    else
      result += text.substr(0, bytes);
    text.remove_prefix(bytes);
  }
  return result;
}

Error::Error(std::string_view message, ErrorCode code) : std::runtime_error(oneLine(message)), kind(code) {}

const char *name(ErrorCode code) {
  switch (code) {
  case ErrorCode::InvalidArgument:
    return "invalid_argument";
  case ErrorCode::NotFound:
    return "not_found";
  case ErrorCode::Io:
    return "io";
  case ErrorCode::InvalidData:
    return "invalid_data";
  case ErrorCode::Incompatible:
    return "incompatible";
  case ErrorCode::OutOfMemory:
    return "out_of_memory";
  case ErrorCode::Unavailable:
    return "unavailable";
  case ErrorCode::Device:
    return "device";
  case ErrorCode::Diverged:
    return "diverged";
  case ErrorCode::Internal:
    return "internal";
  }
  return "unknown"; // a number from elsewhere
}

// Cuts may fall inside a UTF-8 character; the continuation bytes next to a cut go with it.
static bool isContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

std::string Quoted::operator()(std::string_view text) const {
  constexpr size_t limit = 160, part = 76;
  std::string result = "\"";
  if (text.size() <= limit) {
    result += text;
  } else {
    size_t head = part, tail = text.size() - part;
    while (head > 0 && isContinuation(text[head]))
      --head;
    while (tail < text.size() && isContinuation(text[tail]))
      ++tail;
    result.append(text.substr(0, head)).append("...").append(text.substr(tail));
  }
  return result += '"';
}

ErrorCode systemCode(int number) {
  switch (number) {
  case ENOENT:
  case ENOTDIR:
    return ErrorCode::NotFound;
  case ENOMEM:
    return ErrorCode::OutOfMemory;
  default:
    return ErrorCode::Io;
  }
}

std::string systemError() { return systemError(errno); }

std::string systemError(int number) { return std::generic_category().message(number); }

} // namespace dpsims
