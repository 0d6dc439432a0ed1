// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/color.h"

#include <cstdio>

namespace dpsims {

std::string hexColor(uint32_t color) {
  char text[16];
  std::snprintf(text, sizeof text, "#%06x", color & 0xffffff);
  return text;
}

std::string colorText(uint32_t color) {
  return hexColor(color) + " (" + std::to_string(color >> 16 & 255) + ", " + std::to_string(color >> 8 & 255) + ", " +
         std::to_string(color & 255) + ")";
}

} // namespace dpsims
