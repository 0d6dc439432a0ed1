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

// Controls and bytes that are no UTF-8 as \xHH, combining characters as \uHHHH.
static std::string escape(std::string_view text) {
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

Error::Error(std::string_view message) : std::runtime_error(escape(message)) {}

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

std::string systemError() { return systemError(errno); }

std::string systemError(int number) { return std::generic_category().message(number); }

} // namespace dpsims
