// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/orientation.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/base/foreign_file.h"
#include "runtime/image/file_kind.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

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

/// Of the chunk eXIf, wherever it stands. read(offset, dst, count) gives the number of bytes read.
template <typename Read> int chunkOrientation(uint64_t size, const Read &read) {
  constexpr uint64_t signatureBytes = 8, headBytes = 8, checksumBytes = 4;
  constexpr size_t mostOfExif = size_t(1) << 16; // as in a JPEG
  constexpr int mostChunks = 1 << 16;
  uint8_t head[headBytes];
  uint64_t at = signatureBytes;
  for (int chunk = 0; chunk < mostChunks && at + headBytes <= size && read(at, head, headBytes) == headBytes; ++chunk) {
    const uint32_t length = Bytes{head, headBytes}.big(0, 4);
    if (!std::memcmp(head + 4, "eXIf", 4)) {
      std::vector<uint8_t> exif(std::min<uint64_t>({length, mostOfExif, size - at - headBytes}));
      exif.resize(read(at + headBytes, exif.data(), exif.size()));
      return tiffOrientation({exif.data(), exif.size()});
    }
    if (!std::memcmp(head + 4, "IEND", 4))
      break;
    at += headBytes + length + checksumBytes;
  }
  return 1;
}

/// Calls copy(index of a pixel of `from`, index in `to`); exchanges the sides of `to` where the orientation does.
template <typename Picture, typename Copy>
void turnInto(const Picture &from, Picture &to, int orientation, const Copy &copy) {
  const bool swap = swapsSides(orientation), mirror = orientation == 2 || orientation == 3 || orientation >= 7;
  const bool upsideDown = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  if (swap)
    std::swap(to.width, to.height);
  size_t target = 0;
  for (int y = 0; y < to.height; ++y)
    for (int x = 0; x < to.width; ++x, ++target) {
      const int column = swap ? y : x, row = swap ? x : y;
      const size_t fromX = size_t(mirror ? from.width - 1 - column : column);
      const size_t fromY = size_t(upsideDown ? from.height - 1 - row : row);
      copy(fromY * size_t(from.width) + fromX, target);
    }
}

} // namespace

int pngOrientation(const PictureFile &file) {
  auto read = [&](uint64_t offset, uint8_t *dst, size_t count) { return file.read(offset, dst, count); };
  uint8_t start[foreignKindBytes] = {};
  if (kindOfFile(start, read(0, start, sizeof start)) != FileKind::Png)
    return 1;
  return chunkOrientation(file.size(), read);
}

int pngOrientation(const std::string &path) try {
  return pngOrientation(PictureFile(path));
} catch (const Error &) { // whoever decodes it says so
  return 1;
}

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
  RgbImage result{image.width, image.height, std::vector<uint8_t>(image.pixels.size())};
  turnInto(image, result, orientation,
           [&](size_t from, size_t to) { std::memcpy(&result.pixels[3 * to], &image.pixels[3 * from], 3); });
  return result;
}

LabelMap turned(LabelMap map, int orientation) {
  if (orientation <= 1 || orientation > 8)
    return map;
  LabelMap result{map.width, map.height, std::vector<int32_t>(map.ids.size())};
  turnInto(map, result, orientation, [&](size_t from, size_t to) { result.ids[to] = map.ids[from]; });
  return result;
}

} // namespace dpsims
