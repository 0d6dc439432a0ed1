// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/file_kind.h"

#include <cstring>

namespace dpsims {

FileKind kindOfFile(const uint8_t *start, size_t size) {
  auto begins = [&](const char *magic, size_t length) {
    return size >= length && std::memcmp(start, magic, length) == 0;
  };
  if (size == 0)
    return FileKind::Empty;
  if (begins("\x89PNG\r\n\x1a\n", 8))
    return FileKind::Png;
  if (begins("\xff\xd8\xff", 3))
    return FileKind::Jpeg;
  if (begins("GIF8", 4))
    return FileKind::Gif;
  if (begins("BM", 2))
    return FileKind::Bmp;
  if (begins("RIFF", 4))
    return FileKind::Webp;
  if (begins("II*\0", 4) || begins("MM\0*", 4))
    return FileKind::Tiff;
  if (size >= 2 && start[0] == 'P' && start[1] >= '1' && start[1] <= '7')
    return FileKind::Pnm;
  return FileKind::Unknown;
}

const char *describeKind(FileKind kind) {
  switch (kind) {
  case FileKind::Png:
    return "it is a PNG";
  case FileKind::Jpeg:
    return "it is a JPEG; labels must be stored without loss, as PNG";
  case FileKind::Empty:
    return "it is empty";
  case FileKind::Gif:
    return "it is a GIF; convert it to PNG";
  case FileKind::Bmp:
    return "it is a BMP; convert it to PNG";
  case FileKind::Webp:
    return "it is a WebP; convert it to PNG";
  case FileKind::Tiff:
    return "it is a TIFF; convert it to PNG";
  case FileKind::Pnm:
    return "it is a PNM; convert it to PNG";
  case FileKind::Unknown:
    break;
  }
  return "its first bytes are those of no picture";
}

} // namespace dpsims
