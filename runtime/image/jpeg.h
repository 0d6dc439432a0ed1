// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// JPEG files, by libjpeg-turbo. Files are not trusted.

#ifndef DPSIMS_RUNTIME_IMAGE_JPEG_H
#define DPSIMS_RUNTIME_IMAGE_JPEG_H

#include "runtime/image/image.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace dpsims {

/// Decodes a JPEG as RGB: color, gray, CMYK and YCCK (without a color profile, as viewers without one do), baseline
/// or progressive. The pixels are as stored, whatever EXIF says (runtime/image/orientation.h). `name` stands for the
/// path in messages.
///
/// Error: no JPEG, truncated, damaged (also where libjpeg would fill in gray), larger than the limits, or of a kind
/// that libjpeg does not know.
RgbImage decodeRgbJpeg(const uint8_t *data, size_t size, const std::string &name, const PictureLimits &limits = {});

} // namespace dpsims

#endif // DPSIMS_RUNTIME_IMAGE_JPEG_H
