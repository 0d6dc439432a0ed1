// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libpng reports errors by longjmp, which must not jump over C++ objects: what it may leave (`decodeRows` and the
// callbacks) has only trivial locals, and everything that must be destroyed lives in the callers.

#include "runtime/image/png.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/base/foreign_file.h"
#include "runtime/image/file_kind.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>

#include <png.h>

namespace dpsims {

//===-------------------------------------------------------------------------------------------------------------===//
// Reading
//===-------------------------------------------------------------------------------------------------------------===//

namespace {

/// Bytes to decode: of a file or of memory.
struct Source {
  const InputFile *file;
  const uint8_t *data;
  uint64_t size;

  /// Up to `count` bytes from `offset`; the number read.
  size_t read(uint64_t offset, void *dst, size_t count) const noexcept {
    if (offset >= size)
      return 0;
    if (file)
      return size_t(std::max<int64_t>(0, file->readSome(offset, dst, count)));
    count = size_t(std::min<uint64_t>(count, size - offset));
    std::memcpy(dst, data + offset, count);
    return count;
  }
};

/// A PNG's pixels as they are stored, but those of less than 8 bits (`depth`) in a byte each.
struct Picture {
  int width = 0, height = 0, depth = 0, colourType = 0;
  size_t rowBytes = 0;
  std::vector<uint8_t> bytes;
  std::vector<uint32_t> palette; // 0xRRGGBB

  const uint8_t *row(int y) const { return bytes.data() + size_t(y) * rowBytes; }
};

struct Decoder {
  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }

  const Source *source = nullptr;
  uint64_t offset = 0;
  int depth = 0;
  png_structp png = nullptr;
  png_infop info = nullptr;
  png_bytep *rows = nullptr;
  std::jmp_buf jump;
  char message[160] = "";
};

} // namespace

extern "C" {
static void decoderError(png_structp png, png_const_charp message) {
  auto *decoder = static_cast<Decoder *>(png_get_error_ptr(png));
  std::snprintf(decoder->message, sizeof decoder->message, "%s", message);
  std::longjmp(decoder->jump, 1);
}

static void ignoreWarning(png_structp, png_const_charp) {}

static void decoderRead(png_structp png, png_bytep dst, size_t count) {
  auto *decoder = static_cast<Decoder *>(png_get_io_ptr(png));
  if (decoder->source->read(decoder->offset, dst, count) != count)
    png_error(png, "the file is truncated");
  decoder->offset += count;
}
}

static bool decodeHeader(Decoder &decoder) {
  if (setjmp(decoder.jump))
    return false;
  png_set_read_fn(decoder.png, &decoder, decoderRead);
  png_read_info(decoder.png, decoder.info);
  decoder.depth = png_get_bit_depth(decoder.png, decoder.info); // of the file; packing makes it 8
  png_set_packing(decoder.png);
  png_set_interlace_handling(decoder.png);
  png_read_update_info(decoder.png, decoder.info);
  return true;
}

static bool decodeRows(Decoder &decoder) {
  if (setjmp(decoder.jump))
    return false;
  png_read_image(decoder.png, decoder.rows);
  png_read_end(decoder.png, nullptr);
  return true;
}

static uint32_t bigEndian(const uint8_t *bytes) {
  return uint32_t(bytes[0]) << 24 | uint32_t(bytes[1]) << 16 | uint32_t(bytes[2]) << 8 | bytes[3];
}

// Refuses by the first bytes, before libpng takes memory for anything.
static void checkStart(const Source &source, const std::string &name, const PngLimits &limits) {
  constexpr size_t headerBytes = 24;
  uint8_t start[foreignKindBytes] = {};
  const size_t size = source.read(0, start, sizeof start);
  if (kindOfFile(start, size) != FileKind::Png)
    fail(name, ": not a PNG file: ", describeFile(start, size));
  if (size < headerBytes)
    fail(name, ": damaged PNG: the file is truncated after ", size, " bytes");
  const int64_t width = bigEndian(start + 16), height = bigEndian(start + 20);
  if (width > limits.width || height > limits.height || width * height > limits.pixels)
    fail(name, ": the picture has ", width, " x ", height, " pixels; at most ", limits.width, " x ", limits.height,
         " and ", limits.pixels, " in all are read; make it smaller");
}

[[noreturn]] static void failDamaged(const std::string &name, const Decoder &decoder) {
  fail(name, ": damaged PNG: ", decoder.message, ", near byte ", decoder.offset);
}

static void startDecoder(Decoder &decoder, const std::string &name, const PngLimits &limits) {
  decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder, decoderError, ignoreWarning);
  if (decoder.png)
    decoder.info = png_create_info_struct(decoder.png);
  if (!decoder.info)
    fail(name, ": libpng cannot start: out of memory, or a libpng other than that it was built for");
  png_set_user_limits(decoder.png, png_uint_32(limits.width), png_uint_32(limits.height));
}

static void readPalette(Decoder &decoder, Picture &picture) {
  png_colorp colours = nullptr;
  int count = 0;
  if (png_get_PLTE(decoder.png, decoder.info, &colours, &count) == 0)
    return;
  for (int i = 0; i < count; ++i)
    picture.palette.push_back(uint32_t(colours[i].red) << 16 | uint32_t(colours[i].green) << 8 | colours[i].blue);
}

// Deflate makes data at most 1032 times smaller: a short file cannot hold a large picture, and gets no memory for one.
static void checkPossible(const Source &source, const std::string &name, const Picture &picture) {
  const uint64_t stored = uint64_t(picture.rowBytes) * uint64_t(std::min(picture.depth, 8)) / 8;
  if (source.size < stored * uint64_t(picture.height) / 1040)
    fail(name, ": damaged PNG: ", source.size, " bytes cannot hold ", picture.width, " x ", picture.height,
         " pixels; the file is truncated");
}

static Picture decode(const Source &source, const std::string &name, const PngLimits &limits) {
  checkStart(source, name, limits);
  Decoder decoder;
  decoder.source = &source;
  startDecoder(decoder, name, limits);
  if (!decodeHeader(decoder))
    failDamaged(name, decoder);
  Picture picture;
  picture.width = int(png_get_image_width(decoder.png, decoder.info));
  picture.height = int(png_get_image_height(decoder.png, decoder.info));
  picture.depth = decoder.depth;
  picture.colourType = png_get_color_type(decoder.png, decoder.info);
  picture.rowBytes = png_get_rowbytes(decoder.png, decoder.info);
  readPalette(decoder, picture);
  checkPossible(source, name, picture);
  picture.bytes.resize(picture.rowBytes * size_t(picture.height));
  std::vector<png_bytep> rows(static_cast<size_t>(picture.height));
  for (int y = 0; y < picture.height; ++y)
    rows[size_t(y)] = picture.bytes.data() + size_t(y) * picture.rowBytes;
  decoder.rows = rows.data();
  if (!decodeRows(decoder))
    failDamaged(name, decoder);
  return picture;
}

//===-------------------------------------------------------------------------------------------------------------===//
// Pixels to ids and colours
//===-------------------------------------------------------------------------------------------------------------===//

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
      fail(name, ": damaged PNG: index ", int(row[x]), " at pixel (", x, ", ", y, ") is beyond the palette of ",
           picture.palette.size(), " colours");
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
  fail(name, ": the label map is a colour picture; give its colours' ids in data.palette, or store ids as grey values "
             "or palette indices");
}

static void checkAlpha(const Picture &picture, const std::string &name) {
  if (picture.colourType & PNG_COLOR_MASK_ALPHA)
    fail(name, ": the label map has an alpha channel, which is no label; store it without one");
}

static void checkLabelKind(const Picture &picture, const std::string &name, bool colours) {
  checkAlpha(picture, name);
  if (colours && picture.depth == 16)
    fail(name, ": the label map has 16 bits a channel; colours of data.palette have 8");
  if (!colours && picture.colourType == PNG_COLOR_TYPE_RGB)
    failColour(name);
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
          fail(name, ": colour ", colourText(colour), " at pixel (", x, ", ", y,
               ") is not in data.palette; add it there");
        last = colour;
        lastId = found->second;
      }
      *id++ = lastId;
    }
}

[[noreturn]] static void failMemory(const std::string &name) {
  fail(name, ": there is not enough memory for this picture; make it smaller");
}

// Ids that the picture shows as greys.
static void greyIds(const Picture &picture, const std::string &name, LabelMap &labels) {
  if (picture.depth == 16 && picture.colourType == PNG_COLOR_TYPE_GRAY)
    return storedIds(picture, labels);
  int32_t *id = labels.ids.data();
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) {
      const uint32_t colour = picture.depth == 16 ? 1 : colourAt(picture, name, picture.row(y), x, y);
      if (colour != greyColour(colour & 255))
        failColour(name);
      *id++ = int32_t(colour & 255);
    }
}

template <typename Convert>
static LabelMap labelsOf(const Source &source, const std::string &name, const PngLimits &limits,
                         const Convert &convert) try {
  const Picture picture = decode(source, name, limits);
  LabelMap labels{picture.width, picture.height, {}};
  labels.ids.resize(size_t(picture.width) * size_t(picture.height));
  convert(picture, labels);
  return labels;
} catch (const std::bad_alloc &) {
  failMemory(name);
}

static LabelMap labelsOf(const Source &source, const std::string &name, const ColourMap *colours,
                         const PngLimits &limits) {
  return labelsOf(source, name, limits, [&](const Picture &picture, LabelMap &labels) {
    checkLabelKind(picture, name, colours != nullptr);
    if (colours)
      colourIds(picture, name, *colours, labels);
    else
      storedIds(picture, labels);
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
  Picture picture = decode(source, name, limits);
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
  return labelsOf({&file, nullptr, file.size()}, path, limits, [&](const Picture &picture, LabelMap &labels) {
    checkAlpha(picture, path);
    greyIds(picture, path, labels);
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
