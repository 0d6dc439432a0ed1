// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// JPEG files, by libjpeg-turbo. Files are not trusted.

#ifndef DPSIMS_RUNTIME_IMAGE_JPEG_H
#define DPSIMS_RUNTIME_IMAGE_JPEG_H

#include "runtime/image/image.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dpsims {

/// Decodes a JPEG as RGB: color, gray, CMYK and YCCK (without a color profile, as viewers without one do), baseline
/// or progressive. The pixels are as stored, whatever EXIF says (runtime/image/orientation.h). `name` stands for the
/// path in messages.
///
/// Error: no JPEG, truncated, damaged (also where libjpeg would fill in gray), larger than the limits, or of a kind
/// that libjpeg does not know.
RgbImage decodeRgbJpeg(const uint8_t *data, size_t size, const std::string &name, const PictureLimits &limits = {});

/// 8-bit RGB, `pixels` (height, width, 3), as a JPEG of quality 1 to 100. Error: a side is not positive, or above
/// 65500.
std::vector<uint8_t> encodeRgbJpeg(int width, int height, const uint8_t *pixels, int quality = 92);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_IMAGE_JPEG_H
