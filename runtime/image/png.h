// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PNG files: label maps in, images in and out. Files are not trusted.

#ifndef DPSIMS_RUNTIME_IMAGE_PNG_H
#define DPSIMS_RUNTIME_IMAGE_PNG_H

#include "runtime/image/image.h"
#include "runtime/image/picture_file.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dpsims {

using PngLimits = PictureLimits;

/// Colors of a label map in color: 0xRRGGBB -> id.
using ColorMap = std::map<uint32_t, int32_t>;

/// Reads a label map.
///
/// Without `colors` ids are what the file stores: gray values of 1 to 16 bits, unscaled, or palette indices. A color
/// file is an Error. With `colors` (data.palette) the file's pixels are 8-bit colors, stored directly, through a
/// palette or as gray, and a color that the map does not have is an Error that names it and its pixel. Colors of 16
/// bits count as those of 8 if both bytes of each value are the same. Alpha that is not opaque is an Error in both
/// cases.
///
/// Error: no PNG (says what it is instead), truncated, damaged, or larger than the limits.
LabelMap readLabelMap(const PictureFile &file, const ColorMap *colors = nullptr, const PngLimits &limits = {});

/// The same from memory; `name` stands for the path in messages.
LabelMap decodeLabelMap(const uint8_t *data, size_t size, const std::string &name, const ColorMap *colors = nullptr,
                        const PngLimits &limits = {});

/// Reads a label map whose ids are the gray values that the picture shows, 0..255, however they are stored; of 16-bit
/// gray, 0..65535. Error: as readLabelMap; a pixel is not a gray.
LabelMap readGrayMap(const PictureFile &file, const PngLimits &limits = {});

/// Reads an instance map: the ids that the file stores, as above; a color is the id R + 256 G + 65536 B.
LabelMap readInstanceMap(const PictureFile &file, const PngLimits &limits = {});

/// Reads any PNG as 8-bit RGB: gray and palettes are expanded, alpha is dropped, 16 bits become 8.
RgbImage readRgbPng(const PictureFile &file, const PngLimits &limits = {});
RgbImage decodeRgbPng(const uint8_t *data, size_t size, const std::string &name, const PngLimits &limits = {});

/// Writes 8-bit RGB, `pixels` (height, width, 3), atomically.
void writeRgbPng(const std::string &path, int width, int height, const uint8_t *pixels);

/// Writes ids as gray values of `bits` 1, 2, 4, 8 or 16. Error: an id does not fit.
void writeLabelMap(const std::string &path, const LabelMap &labels, int bits = 8);

/// Writes ids 0..255 as indices of a palette of colors 0xRRGGBB. Error: an id has no color.
void writeIndexedPng(const std::string &path, const LabelMap &labels, const std::vector<uint32_t> &palette);

/// The same files in memory.
std::vector<uint8_t> encodeRgbPng(int width, int height, const uint8_t *pixels);
std::vector<uint8_t> encodeLabelMap(const LabelMap &labels, int bits = 8);
std::vector<uint8_t> encodeIndexedPng(const LabelMap &labels, const std::vector<uint32_t> &palette);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_IMAGE_PNG_H
