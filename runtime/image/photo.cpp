// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/photo.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/image/file_kind.h"
#include "runtime/image/jpeg.h"
#include "runtime/image/orientation.h"
#include "runtime/image/png.h"

namespace dpsims {

// A file larger than the picture would be uncompressed, with room for color profiles, previews and the like.
static uint64_t fileLimit(const PictureLimits &limits) { return uint64_t(limits.pixels) * 8; }

Photo readPhoto(const std::string &path, const PictureLimits &limits) {
  const std::vector<uint8_t> bytes = readFile(path, fileLimit(limits));
  const FileKind kind = kindOfFile(bytes.data(), bytes.size());
  if (kind == FileKind::Png)
    return {decodeRgbPng(bytes.data(), bytes.size(), path, limits),
            pngOrientation(PictureFile(bytes.data(), bytes.size(), path))};
  if (kind == FileKind::Jpeg)
    return {decodeRgbJpeg(bytes.data(), bytes.size(), path, limits), jpegOrientation(bytes.data(), bytes.size())};
  fail(ErrorCode::InvalidData, path, ": neither PNG nor JPEG: ", describeFile(bytes.data(), bytes.size()));
}

} // namespace dpsims
