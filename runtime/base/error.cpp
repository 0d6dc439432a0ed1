// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/error.h"

#include <cerrno>
#include <system_error>

namespace dpsims {

static std::string escapeControls(std::string_view text) {
  static const char digits[] = "0123456789abcdef";
  std::string result;
  result.reserve(text.size());
  for (unsigned char c : text) {
    if (c >= 0x20 && c != 0x7f)
      result += char(c);
    else if (c == '\n')
      result += "\\n";
    else
      result.append("\\x").append(1, digits[c >> 4]).append(1, digits[c & 15]);
  }
  return result;
}

Error::Error(std::string_view message) : std::runtime_error(escapeControls(message)) {}

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
