// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/png_storage.h"

#include "runtime/image/file_kind.h"

#include <cstring>

namespace dpsims {

namespace {

constexpr size_t headerBytes = 26, chunkFrame = 12, maxPaletteBytes = 3 * 256;
constexpr int maxChunks = 1000; // before the pixels

bool readAll(const PictureFile &file, uint64_t offset, uint8_t *dst, size_t size) {
  return file.read(offset, dst, size) == size;
}

// Color types of the PNG standard; alpha is another bit.
PngStorage::Kind kindOf(uint8_t colorType) {
  return colorType == 3  ? PngStorage::Kind::Indices
         : colorType & 2 ? PngStorage::Kind::Colors
                         : PngStorage::Kind::Grays;
}

// Empty if no palette comes before the pixels.
std::vector<uint32_t> findPalette(const PictureFile &file) {
  std::vector<uint32_t> palette;
  uint8_t frame[8], colors[maxPaletteBytes];
  uint64_t offset = 8;
  for (int i = 0; i < maxChunks && readAll(file, offset, frame, sizeof frame); ++i) {
    const uint64_t size = bigEndian(frame);
    if (std::memcmp(frame + 4, "IDAT", 4) == 0)
      break;
    if (std::memcmp(frame + 4, "PLTE", 4) == 0) {
      if (size <= sizeof colors && readAll(file, offset + 8, colors, size_t(size)))
        for (size_t at = 0; at + 3 <= size; at += 3)
          palette.push_back(uint32_t(colors[at]) << 16 | uint32_t(colors[at + 1]) << 8 | colors[at + 2]);
      break;
    }
    offset += chunkFrame + size;
  }
  return palette;
}

} // namespace

std::optional<PngStorage> readPngStorage(const PictureFile &file) {
  uint8_t header[headerBytes];
  if (!readAll(file, 0, header, sizeof header) || kindOfFile(header, sizeof header) != FileKind::Png)
    return std::nullopt;
  PngStorage storage;
  storage.depth = header[24];
  storage.kind = kindOf(header[25]);
  if (storage.kind == PngStorage::Kind::Indices)
    storage.palette = findPalette(file);
  return storage;
}

} // namespace dpsims
