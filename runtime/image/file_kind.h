// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kinds of picture files by their first bytes. For the readers of this folder.

#ifndef DPSIMS_RUNTIME_IMAGE_FILE_KIND_H
#define DPSIMS_RUNTIME_IMAGE_FILE_KIND_H

#include <cstddef>
#include <cstdint>
#include <string>

namespace dpsims {

enum class FileKind {
  Png,
  ApplePng,
  TextPng,
  Jpeg,
  Empty,
  Gif,
  Bmp,
  Webp,
  Tiff,
  Pnm,
  Heic,
  Avif,
  Jpeg2000,
  JpegXl,
  Photoshop,
  Hdr,
  Movie,
  Unknown
};

/// The first 16 bytes are enough.
FileKind kindOfFile(const uint8_t *start, size_t size);

/// What a file that cannot be read is, by up to foreignKindBytes of its beginning, and the way out: "it is a GIF;
/// convert it to PNG".
std::string describeFile(const uint8_t *start, size_t size);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_IMAGE_FILE_KIND_H
