// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pixels of a PNG as they are stored, by libpng.

#ifndef DPSIMS_RUNTIME_IMAGE_PNG_DECODER_H
#define DPSIMS_RUNTIME_IMAGE_PNG_DECODER_H

#include "runtime/image/picture_file.h"
#include "runtime/image/png.h"

#include <cstdint>
#include <vector>

namespace dpsims::png {

/// A PNG's pixels as they are stored, but those of less than 8 bits (`depth`) in a byte each.
struct Picture {
  int width = 0, height = 0, depth = 0, colorType = 0;
  size_t rowBytes = 0;
  std::vector<uint8_t> bytes;
  std::vector<uint32_t> palette; // 0xRRGGBB

  const uint8_t *row(int y) const { return bytes.data() + size_t(y) * rowBytes; }
};

/// Error: no PNG (says what it is instead), truncated, damaged, or larger than the limits; names the file.
Picture decode(const PictureFile &source, const PngLimits &limits);

} // namespace dpsims::png

#endif // DPSIMS_RUNTIME_IMAGE_PNG_DECODER_H
