// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Colors as numbers: 0xrrggbb.

#ifndef DPSIMS_RUNTIME_IMAGE_COLOR_H
#define DPSIMS_RUNTIME_IMAGE_COLOR_H

#include <cstdint>
#include <string>

namespace dpsims {

/// Of 0..255.
constexpr uint32_t grayColor(uint32_t gray) { return gray << 16 | gray << 8 | gray; }

/// "#8040ff"
std::string hexColor(uint32_t color);

/// "#8040ff (128, 64, 255)"
std::string colorText(uint32_t color);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_IMAGE_COLOR_H
