// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/utf8.h"

namespace dpsims {

Utf8Character firstCharacter(std::string_view text) {
  static constexpr uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; // of so many bytes
  if (text.empty())
    return {};
  const uint8_t lead = uint8_t(text[0]);
  const size_t bytes = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
  if (bytes == 0 || text.size() < bytes)
    return {};
  uint32_t code = bytes == 1 ? lead : lead & (0x7f >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if (uint8_t(text[i]) >> 6 != 2)
      return {};
    code = code << 6 | (uint8_t(text[i]) & 0x3f);
  }
  const bool isSurrogate = code >= 0xd800 && code < 0xe000;
  return code < least[bytes] || isSurrogate || code > 0x10ffff ? Utf8Character{} : Utf8Character{code, bytes};
}

bool isUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t bytes = firstCharacter(text).bytes;
    if (bytes == 0)
      return false;
    text.remove_prefix(bytes);
  }
  return true;
}

} // namespace dpsims
