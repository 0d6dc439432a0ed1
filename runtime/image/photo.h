// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_IMAGE_PHOTO_H
#define DPSIMS_RUNTIME_IMAGE_PHOTO_H

#include "runtime/image/image.h"

#include <string>

namespace dpsims {

struct Photo {
  RgbImage image;      ///< as stored
  int orientation = 1; ///< as its EXIF says, see runtime/image/orientation.h
};

/// Reads a PNG or JPEG of any kind as 8-bit RGB; which of them it is the content tells, not the name. Alpha is dropped:
/// a transparent pixel has the color that the file stores for it. Error: as readRgbPng and decodeRgbJpeg; the file is
/// neither.
Photo readPhoto(const std::string &path, const PictureLimits &limits = {});

} // namespace dpsims

#endif // DPSIMS_RUNTIME_IMAGE_PHOTO_H
