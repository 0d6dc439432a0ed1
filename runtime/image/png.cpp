// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/png.h"

#include "runtime/base/error.h"
#include "runtime/image/color.h"
#include "runtime/image/png_decoder.h"

#include <algorithm>
#include <new>

#include <png.h>

namespace dpsims {

using png::Picture;

// The color of a pixel of at most 8 bits a channel; gray is scaled to 0..255.
static uint32_t colorAt(const Picture &picture, const std::string &name, const uint8_t *row, int x, int y) {
  switch (picture.colorType) {
  case PNG_COLOR_TYPE_PALETTE:
    if (row[x] >= picture.palette.size())
      fail(ErrorCode::InvalidData, name, ": damaged PNG: index ", int(row[x]), " at pixel (", x, ", ", y,
           ") is beyond the palette of ", picture.palette.size(), " colors");
    return picture.palette[row[x]];
  case PNG_COLOR_TYPE_GRAY:
    return grayColor(row[x] * 255u / ((1u << picture.depth) - 1));
  case PNG_COLOR_TYPE_GRAY_ALPHA:
    return grayColor(row[2 * x]);
  default: {
    const uint8_t *pixel = row + size_t(x) * (picture.colorType == PNG_COLOR_TYPE_RGB ? 3 : 4);
    return uint32_t(pixel[0]) << 16 | uint32_t(pixel[1]) << 8 | pixel[2];
  }
  }
}

[[noreturn]] static void failColor(const std::string &name) {
  fail(ErrorCode::InvalidData, name,
       ": the label map is a color picture; give its colors' ids in data.palette, or store ids as gray values "
       "or palette indices");
}

// Takes every `from`th group of bytes down to its first `to`: what is behind them is not needed.
static void keepFirst(Picture &picture, size_t from, size_t to) {
  size_t out = 0;
  for (size_t in = 0; in + from <= picture.bytes.size(); in += from, out += to)
    std::copy_n(picture.bytes.begin() + long(in), to, picture.bytes.begin() + long(out));
  picture.bytes.resize(out);
  picture.rowBytes = picture.rowBytes / from * to;
}

// Programs that draw store an alpha channel; where all is opaque, nothing is lost without it.
static void dropAlpha(Picture &picture, const std::string &name) {
  if (!(picture.colorType & PNG_COLOR_MASK_ALPHA))
    return;
  const size_t bytes = picture.depth == 16 ? 2 : 1, channels = picture.colorType & PNG_COLOR_MASK_COLOR ? 3 : 1;
  const size_t pixel = (channels + 1) * bytes;
  for (size_t i = 0; i < picture.bytes.size() / pixel; ++i)
    for (size_t byte = channels * bytes; byte < pixel; ++byte)
      if (const int alpha = picture.bytes[i * pixel + byte]; alpha != 255)
        fail(ErrorCode::InvalidData, name, ": the label map has an alpha channel that is not opaque (pixel (",
             i % size_t(picture.width), ", ", i / size_t(picture.width),
             ")), which is not a label; store it without one");
  keepFirst(picture, pixel, channels * bytes);
  picture.colorType &= ~PNG_COLOR_MASK_ALPHA;
}

// Colors of 16 bits that are those of 8 bits written twice become them.
static void reduceDoubled(Picture &picture) {
  if (picture.depth != 16)
    return;
  for (size_t i = 0; i + 1 < picture.bytes.size(); i += 2)
    if (picture.bytes[i] != picture.bytes[i + 1])
      return;
  keepFirst(picture, 2, 1);
  picture.depth = 8;
}

static void requireColors(Picture &picture, const std::string &name) {
  reduceDoubled(picture);
  if (picture.depth == 16)
    fail(ErrorCode::InvalidData, name, ": the label map has 16 bits a channel; colors of data.palette have 8");
}

static void storedIds(const Picture &picture, LabelMap &labels) {
  int32_t *id = labels.ids.data();
  for (int y = 0; y < picture.height; ++y) {
    const uint8_t *row = picture.row(y);
    for (int x = 0; x < picture.width; ++x)
      *id++ = picture.depth == 16 ? row[2 * x] << 8 | row[2 * x + 1] : row[x];
  }
}

static void colorIds(const Picture &picture, const std::string &name, const ColorMap &colors, LabelMap &labels) {
  int32_t *id = labels.ids.data();
  uint32_t last = 0xffffffffu; // neighbors are mostly of one color
  int32_t lastId = 0;
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) {
      const uint32_t color = colorAt(picture, name, picture.row(y), x, y);
      if (color != last) {
        auto found = colors.find(color);
        if (found == colors.end())
          fail(ErrorCode::InvalidData, name, ": color ", colorText(color), " at pixel (", x, ", ", y,
               ") is not in data.palette; add it there");
        last = color;
        lastId = found->second;
      }
      *id++ = lastId;
    }
}

[[noreturn]] static void failMemory(const std::string &name) {
  fail(ErrorCode::OutOfMemory, name, ": there is not enough memory for this picture; make it smaller");
}

// Ids that the picture shows as grays.
static void grayIds(Picture &picture, const std::string &name, LabelMap &labels) {
  if (picture.depth == 16 && picture.colorType == PNG_COLOR_TYPE_GRAY)
    return storedIds(picture, labels);
  reduceDoubled(picture);
  int32_t *id = labels.ids.data();
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) {
      const uint32_t color = picture.depth == 16 ? 1 : colorAt(picture, name, picture.row(y), x, y);
      if (color != grayColor(color & 255))
        failColor(name);
      *id++ = int32_t(color & 255);
    }
}

// Each color is an id of its own, as COCO's panoptic maps have them.
static void packedIds(const Picture &picture, const std::string &name, LabelMap &labels) {
  int32_t *id = labels.ids.data();
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) {
      const uint32_t color = colorAt(picture, name, picture.row(y), x, y);
      *id++ = int32_t(color >> 16 | (color & 0xff00) | (color & 255) << 16);
    }
}

template <typename Convert>
static LabelMap labelsOf(const PictureFile &file, const PngLimits &limits, const Convert &convert) try {
  Picture picture = png::decode(file, limits);
  dropAlpha(picture, file.name());
  LabelMap labels{picture.width, picture.height, {}};
  labels.ids.resize(size_t(picture.width) * size_t(picture.height));
  convert(picture, labels);
  return labels;
} catch (const std::bad_alloc &) {
  failMemory(file.name());
}

LabelMap readLabelMap(const PictureFile &file, const ColorMap *colors, const PngLimits &limits) {
  return labelsOf(file, limits, [&](Picture &picture, LabelMap &labels) {
    if (colors) {
      requireColors(picture, file.name());
      colorIds(picture, file.name(), *colors, labels);
    } else if (picture.colorType == PNG_COLOR_TYPE_RGB) {
      failColor(file.name());
    } else {
      storedIds(picture, labels);
    }
  });
}

static void reduceTo8Bits(Picture &picture) {
  if (picture.depth != 16)
    return;
  for (size_t i = 0; i < picture.bytes.size() / 2; ++i)
    picture.bytes[i] = uint8_t(((picture.bytes[2 * i] << 8 | picture.bytes[2 * i + 1]) * 255 + 32767) / 65535);
  picture.rowBytes /= 2;
  picture.depth = 8;
}

static void colorRow(const Picture &picture, const std::string &name, int y, uint8_t *out) {
  const uint8_t *row = picture.row(y);
  if (picture.colorType == PNG_COLOR_TYPE_RGB) {
    std::copy_n(row, size_t(picture.width) * 3, out);
    return;
  }
  for (int x = 0; x < picture.width; ++x) {
    const uint32_t color = colorAt(picture, name, row, x, y);
    for (int shift : {16, 8, 0})
      *out++ = uint8_t(color >> shift);
  }
}

RgbImage readRgbPng(const PictureFile &file, const PngLimits &limits) try {
  Picture picture = png::decode(file, limits);
  reduceTo8Bits(picture);
  RgbImage image{picture.width, picture.height, {}};
  const size_t rowBytes = size_t(picture.width) * 3;
  image.pixels.resize(rowBytes * size_t(picture.height));
  for (int y = 0; y < picture.height; ++y)
    colorRow(picture, file.name(), y, image.pixels.data() + size_t(y) * rowBytes);
  return image;
} catch (const std::bad_alloc &) {
  failMemory(file.name());
}

LabelMap decodeLabelMap(const uint8_t *data, size_t size, const std::string &name, const ColorMap *colors,
                        const PngLimits &limits) {
  return readLabelMap(PictureFile(data, size, name), colors, limits);
}

LabelMap readGrayMap(const PictureFile &file, const PngLimits &limits) {
  return labelsOf(file, limits, [&](Picture &picture, LabelMap &labels) { grayIds(picture, file.name(), labels); });
}

LabelMap readInstanceMap(const PictureFile &file, const PngLimits &limits) {
  return labelsOf(file, limits, [&](Picture &picture, LabelMap &labels) {
    if (picture.colorType != PNG_COLOR_TYPE_RGB)
      return storedIds(picture, labels);
    requireColors(picture, file.name());
    packedIds(picture, file.name(), labels);
  });
}

RgbImage decodeRgbPng(const uint8_t *data, size_t size, const std::string &name, const PngLimits &limits) {
  return readRgbPng(PictureFile(data, size, name), limits);
}

} // namespace dpsims
