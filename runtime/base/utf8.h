// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text in UTF-8, which paths need not be.

#ifndef DPSIMS_RUNTIME_BASE_UTF8_H
#define DPSIMS_RUNTIME_BASE_UTF8_H

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dpsims {

/// A character and how many bytes it takes.
struct Utf8Character {
  uint32_t code = 0;
  size_t bytes = 0; // 0: the text does not begin with a character
};

/// The first character of a text. Longer forms than needed, surrogates and what is beyond U+10FFFF are none.
Utf8Character firstCharacter(std::string_view text);

bool isUtf8(std::string_view text);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_UTF8_H
