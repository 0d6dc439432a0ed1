// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The EXIF orientation of pictures: cameras store the sensor's pixels and say how to turn them. Files are not trusted.

#ifndef DPSIMS_RUNTIME_IMAGE_ORIENTATION_H
#define DPSIMS_RUNTIME_IMAGE_ORIENTATION_H

#include "runtime/image/image.h"
#include "runtime/image/picture_file.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace dpsims {

/// What the EXIF of a JPEG file says, 1 to 8 as in TIFF's tag 274; 1, not turned, where it says nothing or is damaged.
int jpegOrientation(const uint8_t *data, size_t size);

/// The same of the chunk eXIf of a PNG file; 1 where it is none.
int pngOrientation(const PictureFile &file);
/// Also where it cannot be read.
int pngOrientation(const std::string &path);

/// Does the orientation exchange width and height?
constexpr bool swapsSides(int orientation) { return orientation >= 5; }

/// The picture as a viewer shows it: 2 mirrored, 3 turned by 180 degrees, 4 upside down, 5 transposed, 6 turned
/// clockwise, 7 transposed about the other diagonal, 8 turned counterclockwise.
RgbImage turned(RgbImage image, int orientation);
LabelMap turned(LabelMap map, int orientation);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_IMAGE_ORIENTATION_H
