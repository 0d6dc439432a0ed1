// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pixels of a PNG as they are stored, by libpng.

#ifndef DPSIMS_RUNTIME_IMAGE_PNG_DECODER_H
#define DPSIMS_RUNTIME_IMAGE_PNG_DECODER_H

#include "runtime/base/file.h"
#include "runtime/image/png.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace dpsims::png {

/// Bytes to decode: of a file or of memory.
struct Source {
  const InputFile *file;
  const uint8_t *data;
  uint64_t size;

  /// Up to `count` bytes from `offset`; the number read.
  size_t read(uint64_t offset, void *dst, size_t count) const noexcept {
    if (offset >= size)
      return 0;
    if (file)
      return size_t(std::max<int64_t>(0, file->readSome(offset, dst, count)));
    count = size_t(std::min<uint64_t>(count, size - offset));
    std::memcpy(dst, data + offset, count);
    return count;
  }
};

/// A PNG's pixels as they are stored, but those of less than 8 bits (`depth`) in a byte each.
struct Picture {
  int width = 0, height = 0, depth = 0, colorType = 0;
  size_t rowBytes = 0;
  std::vector<uint8_t> bytes;
  std::vector<uint32_t> palette; // 0xRRGGBB

  const uint8_t *row(int y) const { return bytes.data() + size_t(y) * rowBytes; }
};

/// Error: no PNG (says what it is instead), truncated, damaged, or larger than the limits; names `name`.
Picture decode(const Source &source, const std::string &name, const PngLimits &limits);

} // namespace dpsims::png

#endif // DPSIMS_RUNTIME_IMAGE_PNG_DECODER_H
