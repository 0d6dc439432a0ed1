// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers that people write, as text.

#ifndef DPSIMS_RUNTIME_BASE_NUMBER_H
#define DPSIMS_RUNTIME_BASE_NUMBER_H

#include <cstdint>
#include <string_view>

namespace dpsims {

/// A whole number, without a sign or with a plus: decimal whatever it begins with ("010" is ten), or hexadecimal after
/// "0x". Error: the text is none, is negative, or does not fit; the message begins with the text.
uint64_t wholeNumber(std::string_view text);

/// A decimal number, finite. Error as above.
double finiteNumber(std::string_view text);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_NUMBER_H
