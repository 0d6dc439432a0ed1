// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text of numbers, and of columns.

#ifndef DPSIMS_RUNTIME_BASE_TEXT_H
#define DPSIMS_RUNTIME_BASE_TEXT_H

#include <cstdint>
#include <string>
#include <string_view>

namespace dpsims {

/// As printf writes it: numberText(0.25, "%.1f") is "0.2".
std::string numberText(double value, const char *format);

/// 16 hexadecimal digits.
std::string hexText(uint64_t value);

/// With spaces after it up to a width.
std::string padded(std::string text, size_t width);

bool startsWith(std::string_view text, std::string_view prefix);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_TEXT_H
