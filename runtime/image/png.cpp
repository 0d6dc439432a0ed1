// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/png.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/image/png_decoder.h"

#include <algorithm>
#include <cstdio>
#include <new>

#include <png.h>

namespace dpsims {

using png::Picture;
using png::Source;

static uint32_t greyColour(uint32_t grey) { return grey << 16 | grey << 8 | grey; }

static std::string colourText(uint32_t colour) {
  char text[64];
  std::snprintf(text, sizeof text, "#%06x (%u, %u, %u)", colour, colour >> 16, colour >> 8 & 255, colour & 255);
  return text;
}

// The colour of a pixel of at most 8 bits a channel; grey is scaled to 0..255.
static uint32_t colourAt(const Picture &picture, const std::string &name, const uint8_t *row, int x, int y) {
  switch (picture.colourType) {
  case PNG_COLOR_TYPE_PALETTE:
    if (row[x] >= picture.palette.size())
      fail(ErrorCode::InvalidData, name, ": damaged PNG: index ", int(row[x]), " at pixel (", x, ", ", y,
           ") is beyond the palette of ", picture.palette.size(), " colours");
    return picture.palette[row[x]];
  case PNG_COLOR_TYPE_GRAY:
    return greyColour(row[x] * 255u / ((1u << picture.depth) - 1));
  case PNG_COLOR_TYPE_GRAY_ALPHA:
    return greyColour(row[2 * x]);
  default: {
    const uint8_t *pixel = row + size_t(x) * (picture.colourType == PNG_COLOR_TYPE_RGB ? 3 : 4);
    return uint32_t(pixel[0]) << 16 | uint32_t(pixel[1]) << 8 | pixel[2];
  }
  }
}

[[noreturn]] static void failColour(const std::string &name) {
  fail(ErrorCode::InvalidData, name,
       ": the label map is a colour picture; give its colours' ids in data.palette, or store ids as grey values "
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
  if (!(picture.colourType & PNG_COLOR_MASK_ALPHA))
    return;
  const size_t bytes = picture.depth == 16 ? 2 : 1, channels = picture.colourType & PNG_COLOR_MASK_COLOR ? 3 : 1;
  const size_t pixel = (channels + 1) * bytes;
  for (size_t i = 0; i < picture.bytes.size() / pixel; ++i)
    for (size_t byte = channels * bytes; byte < pixel; ++byte)
      if (const int alpha = picture.bytes[i * pixel + byte]; alpha != 255)
        fail(ErrorCode::InvalidData, name, ": the label map has an alpha channel that is not opaque (pixel (",
             i % size_t(picture.width), ", ", i / size_t(picture.width), ")), which is no label; store it without one");
  keepFirst(picture, pixel, channels * bytes);
  picture.colourType &= ~PNG_COLOR_MASK_ALPHA;
}

// Colours of 16 bits that are those of 8 bits written twice become them.
static void reduceDoubled(Picture &picture) {
  if (picture.depth != 16)
    return;
  for (size_t i = 0; i + 1 < picture.bytes.size(); i += 2)
    if (picture.bytes[i] != picture.bytes[i + 1])
      return;
  keepFirst(picture, 2, 1);
  picture.depth = 8;
}

static void requireColours(Picture &picture, const std::string &name) {
  reduceDoubled(picture);
  if (picture.depth == 16)
    fail(ErrorCode::InvalidData, name, ": the label map has 16 bits a channel; colours of data.palette have 8");
}

static void storedIds(const Picture &picture, LabelMap &labels) {
  int32_t *id = labels.ids.data();
  for (int y = 0; y < picture.height; ++y) {
    const uint8_t *row = picture.row(y);
    for (int x = 0; x < picture.width; ++x)
      *id++ = picture.depth == 16 ? row[2 * x] << 8 | row[2 * x + 1] : row[x];
  }
}

static void colourIds(const Picture &picture, const std::string &name, const ColourMap &colours, LabelMap &labels) {
  int32_t *id = labels.ids.data();
  uint32_t last = 0xffffffffu; // neighbours are mostly of one colour
  int32_t lastId = 0;
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) {
      const uint32_t colour = colourAt(picture, name, picture.row(y), x, y);
      if (colour != last) {
        auto found = colours.find(colour);
        if (found == colours.end())
          fail(ErrorCode::InvalidData, name, ": colour ", colourText(colour), " at pixel (", x, ", ", y,
               ") is not in data.palette; add it there");
        last = colour;
        lastId = found->second;
      }
      *id++ = lastId;
    }
}

[[noreturn]] static void failMemory(const std::string &name) {
  fail(ErrorCode::OutOfMemory, name, ": there is not enough memory for this picture; make it smaller");
}

// Ids that the picture shows as greys.
static void greyIds(Picture &picture, const std::string &name, LabelMap &labels) {
  if (picture.depth == 16 && picture.colourType == PNG_COLOR_TYPE_GRAY)
    return storedIds(picture, labels);
  reduceDoubled(picture);
  int32_t *id = labels.ids.data();
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) {
      const uint32_t colour = picture.depth == 16 ? 1 : colourAt(picture, name, picture.row(y), x, y);
      if (colour != greyColour(colour & 255))
        failColour(name);
      *id++ = int32_t(colour & 255);
    }
}

// Each colour is an id of its own, as COCO's panoptic maps have them.
static void packedIds(const Picture &picture, const std::string &name, LabelMap &labels) {
  int32_t *id = labels.ids.data();
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) {
      const uint32_t colour = colourAt(picture, name, picture.row(y), x, y);
      *id++ = int32_t(colour >> 16 | (colour & 0xff00) | (colour & 255) << 16);
    }
}

template <typename Convert>
static LabelMap labelsOf(const Source &source, const std::string &name, const PngLimits &limits,
                         const Convert &convert) try {
  Picture picture = png::decode(source, name, limits);
  dropAlpha(picture, name);
  LabelMap labels{picture.width, picture.height, {}};
  labels.ids.resize(size_t(picture.width) * size_t(picture.height));
  convert(picture, labels);
  return labels;
} catch (const std::bad_alloc &) {
  failMemory(name);
}

static LabelMap labelsOf(const Source &source, const std::string &name, const ColourMap *colours,
                         const PngLimits &limits) {
  return labelsOf(source, name, limits, [&](Picture &picture, LabelMap &labels) {
    if (colours) {
      requireColours(picture, name);
      colourIds(picture, name, *colours, labels);
    } else if (picture.colourType == PNG_COLOR_TYPE_RGB) {
      failColour(name);
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

static void colourRow(const Picture &picture, const std::string &name, int y, uint8_t *out) {
  const uint8_t *row = picture.row(y);
  if (picture.colourType == PNG_COLOR_TYPE_RGB) {
    std::copy_n(row, size_t(picture.width) * 3, out);
    return;
  }
  for (int x = 0; x < picture.width; ++x) {
    const uint32_t colour = colourAt(picture, name, row, x, y);
    for (int shift : {16, 8, 0})
      *out++ = uint8_t(colour >> shift);
  }
}

static RgbImage coloursOf(const Source &source, const std::string &name, const PngLimits &limits) try {
  Picture picture = png::decode(source, name, limits);
  reduceTo8Bits(picture);
  RgbImage image{picture.width, picture.height, {}};
  const size_t rowBytes = size_t(picture.width) * 3;
  image.pixels.resize(rowBytes * size_t(picture.height));
  for (int y = 0; y < picture.height; ++y)
    colourRow(picture, name, y, image.pixels.data() + size_t(y) * rowBytes);
  return image;
} catch (const std::bad_alloc &) {
  failMemory(name);
}

LabelMap readLabelMap(const std::string &path, const ColourMap *colours, const PngLimits &limits) {
  const InputFile file(path);
  return labelsOf({&file, nullptr, file.size()}, path, colours, limits);
}

LabelMap decodeLabelMap(const uint8_t *data, size_t size, const std::string &name, const ColourMap *colours,
                        const PngLimits &limits) {
  return labelsOf({nullptr, data, size}, name, colours, limits);
}

LabelMap readGreyMap(const std::string &path, const PngLimits &limits) {
  const InputFile file(path);
  return labelsOf({&file, nullptr, file.size()}, path, limits,
                  [&](Picture &picture, LabelMap &labels) { greyIds(picture, path, labels); });
}

LabelMap readInstanceMap(const std::string &path, const PngLimits &limits) {
  const InputFile file(path);
  return labelsOf({&file, nullptr, file.size()}, path, limits, [&](Picture &picture, LabelMap &labels) {
    if (picture.colourType != PNG_COLOR_TYPE_RGB)
      return storedIds(picture, labels);
    requireColours(picture, path);
    packedIds(picture, path, labels);
  });
}

RgbImage readRgbPng(const std::string &path, const PngLimits &limits) {
  const InputFile file(path);
  return coloursOf({&file, nullptr, file.size()}, path, limits);
}

RgbImage decodeRgbPng(const uint8_t *data, size_t size, const std::string &name, const PngLimits &limits) {
  return coloursOf({nullptr, data, size}, name, limits);
}

} // namespace dpsims
