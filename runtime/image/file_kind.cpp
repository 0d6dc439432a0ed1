// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/file_kind.h"

#include "runtime/base/foreign_file.h"

#include <algorithm>
#include <cstring>

namespace dpsims {

// Of the brand of an ISO media file: pictures of several kinds, and movies.
static FileKind familyOf(const uint8_t *brand) {
  if (std::memcmp(brand, "avi", 3) == 0)
    return FileKind::Avif;
  for (const char *picture : {"hei", "hev", "mif", "msf"})
    if (std::memcmp(brand, picture, 3) == 0)
      return FileKind::Heic;
  return FileKind::Movie;
}

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
  if (begins("\0\0\0\x0cjP  ", 8) || begins("\xff\x4f\xff\x51", 4))
    return FileKind::Jpeg2000;
  if (begins("\0\0\0\x0cJXL ", 8) || begins("\xff\x0a", 2))
    return FileKind::JpegXl;
  if (begins("8BPS", 4))
    return FileKind::Photoshop;
  if (begins("v/1\1", 4) || begins("#?RADIANCE", 10) || begins("#?RGBE", 6))
    return FileKind::Hdr;
  if (size >= 12 && std::memcmp(start + 4, "ftyp", 4) == 0)
    return familyOf(start + 8);
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
  case FileKind::Jpeg2000:
    return "it is JPEG 2000; convert it to PNG";
  case FileKind::JpegXl:
    return "it is JPEG XL; convert it to PNG";
  case FileKind::Photoshop:
    return "it is a document of Photoshop; convert it to PNG";
  case FileKind::Hdr:
    return "it is a picture of floating-point light (HDR or OpenEXR); convert it to PNG";
  case FileKind::Movie:
    return "it is a movie; give its pictures as PNG or JPEG";
  case FileKind::Unknown:
    break;
  }
  const std::string_view begin(reinterpret_cast<const char *>(start), std::min(size, foreignKindBytes));
  if (const char *foreign = foreignKind(begin))
    return std::string("it ") + foreign;
  return "its first bytes are those of no picture";
}

} // namespace dpsims
