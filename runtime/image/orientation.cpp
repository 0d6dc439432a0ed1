// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/orientation.h"

#include <cstring>
#include <utility>

namespace dpsims {

namespace {

/// A piece of a file; beyond its end there are zeros.
struct Bytes {
  const uint8_t *data;
  size_t size;

  uint32_t at(size_t offset) const { return offset < size ? data[offset] : 0; }
  uint32_t big(size_t offset, size_t count) const {
    uint32_t value = 0;
    for (size_t i = 0; i < count; ++i)
      value = value << 8 | at(offset + i);
    return value;
  }
  uint32_t little(size_t offset, size_t count) const {
    uint32_t value = 0;
    for (size_t i = count; i-- > 0;)
      value = value << 8 | at(offset + i);
    return value;
  }
  bool startsWith(const char *text, size_t count) const { return size >= count && !std::memcmp(data, text, count); }
};

/// Of a TIFF header with its first directory, which is what EXIF is.
int tiffOrientation(Bytes tiff) {
  const bool little = tiff.startsWith("II*\0", 4);
  if (!little && !tiff.startsWith("MM\0*", 4))
    return 1;
  auto number = [&](size_t offset, size_t count) {
    return little ? tiff.little(offset, count) : tiff.big(offset, count);
  };
  constexpr uint32_t tag = 274, shortType = 3, longType = 4;
  const size_t directory = number(4, 4), entries = number(directory, 2);
  for (size_t i = 0, entry = directory + 2; i < entries && entry < tiff.size; ++i, entry += 12) {
    const uint32_t type = number(entry + 2, 2);
    if (number(entry, 2) != tag || number(entry + 4, 4) != 1 || (type != shortType && type != longType))
      continue;
    const uint32_t value = number(entry + 8, type == shortType ? 2 : 4);
    return value >= 1 && value <= 8 ? int(value) : 1;
  }
  return 1;
}

} // namespace

int jpegOrientation(const uint8_t *data, size_t size) {
  constexpr uint32_t restart0 = 0xd0, start = 0xd8, end = 0xd9, scan = 0xda, app1 = 0xe1;
  const Bytes file{data, size};
  size_t at = 2; // after the start
  while (at + 4 <= size) {
    const uint32_t marker = file.at(at + 1);
    if (file.at(at) != 0xff || marker == 0xff) { // bytes between markers
      ++at;
    } else if (marker <= 1 || (marker >= restart0 && marker <= start)) { // these have no length
      at += 2;
    } else {
      const size_t length = file.big(at + 2, 2);
      if (marker == end || marker == scan || length < 2 || length > size - at - 2)
        return 1;
      const Bytes content{data + at + 4, length - 2};
      if (marker == app1 && content.startsWith("Exif\0\0", 6))
        return tiffOrientation({content.data + 6, content.size - 6});
      at += 2 + length;
    }
  }
  return 1;
}

RgbImage turned(RgbImage image, int orientation) {
  if (orientation <= 1 || orientation > 8)
    return image;
  const bool swap = swapsSides(orientation), mirror = orientation == 2 || orientation == 3 || orientation >= 7;
  const bool upsideDown = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  RgbImage result{image.width, image.height, std::vector<uint8_t>(image.pixels.size())};
  if (swap)
    std::swap(result.width, result.height);
  uint8_t *target = result.pixels.data();
  for (int y = 0; y < result.height; ++y)
    for (int x = 0; x < result.width; ++x, target += 3) {
      const int column = swap ? y : x, row = swap ? x : y;
      const size_t fromX = size_t(mirror ? image.width - 1 - column : column);
      const size_t fromY = size_t(upsideDown ? image.height - 1 - row : row);
      std::memcpy(target, image.pixels.data() + 3 * (fromY * size_t(image.width) + fromX), 3);
    }
  return result;
}

} // namespace dpsims
