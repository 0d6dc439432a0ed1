// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/number.h"

#include "runtime/base/error.h"

#include <charconv>
#include <cmath>

namespace dpsims {

static bool takePrefix(std::string_view &text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix)
    return false;
  text.remove_prefix(prefix.size());
  return true;
}

uint64_t wholeNumber(std::string_view text) {
  std::string_view digits = text;
  const bool negative = !takePrefix(digits, "+") && takePrefix(digits, "-");
  const int base = takePrefix(digits, "0x") || takePrefix(digits, "0X") ? 16 : 10;
  uint64_t number = 0;
  const char *end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number, base);
  if (stop != end || error == std::errc::invalid_argument)
    fail(quoted(text), " is not a whole number; write its digits, as 20000");
  if (negative && (number || error != std::errc()))
    fail(text, " is negative; the least is 0");
  if (error != std::errc())
    fail(text, " is too large; the largest whole number is ", UINT64_MAX);
  return number;
}

double finiteNumber(std::string_view text) {
  std::string_view digits = text;
  takePrefix(digits, "+");
  double number = 0;
  const char *end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (stop != end || error != std::errc() || !std::isfinite(number))
    fail(quoted(text), " is not a number of double precision; write one as 0.001 or 1e-3");
  return number;
}

} // namespace dpsims
