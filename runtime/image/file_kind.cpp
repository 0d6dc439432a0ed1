// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/file_kind.h"

#include "runtime/base/foreign_file.h"

#include <algorithm>
#include <cstring>

namespace dpsims {

FileKind kindOfFile(const uint8_t *start, size_t size) {
  auto begins = [&](const char *magic, size_t length) {
    return size >= length && std::memcmp(start, magic, length) == 0;
  };
  if (size == 0)
    return FileKind::Empty;
  if (begins("\x89PNG\r\n\x1a\n", 8))
    return size >= 16 && std::memcmp(start + 12, "CgBI", 4) == 0 ? FileKind::ApplePng : FileKind::Png;
  if (begins("\x89PNG", 4))
    return FileKind::TextPng;
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
  if (size >= 12 && std::memcmp(start + 4, "ftyp", 4) == 0)
    return std::memcmp(start + 8, "avi", 3) == 0 ? FileKind::Avif : FileKind::Heic;
  return FileKind::Unknown;
}

std::string describeFile(const uint8_t *start, size_t size) {
  switch (kindOfFile(start, size)) {
  case FileKind::Png:
    return "it is a PNG";
  case FileKind::ApplePng:
    return "it is a PNG in Apple's own form (CgBI), as apps of iPhones have; convert it to PNG, as by sips -s format "
           "png";
  case FileKind::TextPng:
    return "it is a PNG whose line ends were changed, as by FTP in text mode or Git; fetch it again as binary";
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
  case FileKind::Heic:
    return "it is HEIC or another of its family, as iPhones take; convert it to JPEG";
  case FileKind::Avif:
    return "it is AVIF; convert it to PNG";
  case FileKind::Unknown:
    break;
  }
  const std::string_view begin(reinterpret_cast<const char *>(start), std::min(size, foreignKindBytes));
  if (const char *foreign = foreignKind(begin))
    return std::string("it ") + foreign;
  return "its first bytes are those of no picture";
}

} // namespace dpsims
