// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a PNG stores its pixels, which its beginning tells: nothing is decoded.

#ifndef DPSIMS_RUNTIME_IMAGE_PNG_STORAGE_H
#define DPSIMS_RUNTIME_IMAGE_PNG_STORAGE_H

#include "runtime/image/picture_file.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace dpsims {

struct PngStorage {
  enum class Kind { Grays, Indices, Colors };
  Kind kind = Kind::Grays;
  int depth = 8;                 ///< bits of a gray value, an index or a channel
  std::vector<uint32_t> palette; ///< 0xRRGGBB, of indices
};

/// A number of four bytes, as PNG stores it.
inline uint32_t bigEndian(const uint8_t *bytes) {
  return uint32_t(bytes[0]) << 24 | uint32_t(bytes[1]) << 16 | uint32_t(bytes[2]) << 8 | bytes[3];
}

/// Nothing if the file does not begin as a PNG: its decoder says what is wrong.
std::optional<PngStorage> readPngStorage(const PictureFile &file);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_IMAGE_PNG_STORAGE_H
