// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As in png.cpp, what an error may leave by longjmp (`encodeRows` and the callbacks) has only trivial locals.

#include "runtime/image/png.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <new>

#include <png.h>

namespace dpsims {

namespace {
struct Encoder {
  ~Encoder() { png_destroy_write_struct(&png, &info); }

  png_structp png = nullptr;
  png_infop info = nullptr;
  const png_color *palette = nullptr;
  int paletteSize = 0;
  int width = 0, height = 0, depth = 8, colorType = PNG_COLOR_TYPE_GRAY;
  const uint8_t *pixels = nullptr;
  size_t rowBytes = 0;
  std::vector<uint8_t> out;
  std::jmp_buf jump;
  char message[160] = "";
};
} // namespace

extern "C" {
static void ignoreWarning(png_structp, png_const_charp) {}

static void encoderError(png_structp png, png_const_charp message) {
  auto *encoder = static_cast<Encoder *>(png_get_error_ptr(png));
  std::snprintf(encoder->message, sizeof encoder->message, "%s", message);
  std::longjmp(encoder->jump, 1);
}

static void encoderWrite(png_structp png, png_bytep data, size_t count) {
  auto *encoder = static_cast<Encoder *>(png_get_io_ptr(png));
  bool stored = true;
  try {
    encoder->out.insert(encoder->out.end(), data, data + count);
  } catch (const std::bad_alloc &) {
    stored = false;
  }
  if (!stored)
    png_error(png, "out of memory");
}

static void encoderFlush(png_structp) {}
}

static bool encodeRows(Encoder &encoder) {
  if (setjmp(encoder.jump))
    return false;
  png_set_write_fn(encoder.png, &encoder, encoderWrite, encoderFlush);
  png_set_IHDR(encoder.png, encoder.info, png_uint_32(encoder.width), png_uint_32(encoder.height), encoder.depth,
               encoder.colorType, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (encoder.palette)
    png_set_PLTE(encoder.png, encoder.info, encoder.palette, encoder.paletteSize);
  png_write_info(encoder.png, encoder.info);
  if (encoder.depth < 8)
    png_set_packing(encoder.png);
  for (int y = 0; y < encoder.height; ++y)
    png_write_row(encoder.png, encoder.pixels + size_t(y) * encoder.rowBytes);
  png_write_end(encoder.png, nullptr);
  return true;
}

static std::vector<uint8_t> encode(Encoder &encoder) {
  if (encoder.width <= 0 || encoder.height <= 0)
    fail("cannot write a picture of ", encoder.width, " x ", encoder.height, " pixels");
  encoder.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &encoder, encoderError, ignoreWarning);
  if (encoder.png)
    encoder.info = png_create_info_struct(encoder.png);
  if (!encoder.info || !encodeRows(encoder))
    fail(ErrorCode::Internal, "cannot write a PNG: ", encoder.info ? encoder.message : "libpng cannot start");
  return std::move(encoder.out);
}

std::vector<uint8_t> encodeRgbPng(int width, int height, const uint8_t *pixels) {
  Encoder encoder;
  encoder.width = width;
  encoder.height = height;
  encoder.colorType = PNG_COLOR_TYPE_RGB;
  encoder.pixels = pixels;
  encoder.rowBytes = size_t(std::max(width, 0)) * 3;
  return encode(encoder);
}

// Ids as bytes; two each, high first, for 16 bits.
static std::vector<uint8_t> idBytes(const LabelMap &labels, int32_t limit, bool wide) {
  if (labels.ids.size() != size_t(std::max(labels.width, 0)) * size_t(std::max(labels.height, 0)))
    fail("a label map of ", labels.width, " x ", labels.height, " has ", labels.ids.size(), " ids");
  std::vector<uint8_t> bytes;
  bytes.reserve(labels.ids.size() * (wide ? 2 : 1));
  for (int32_t id : labels.ids) {
    if (id < 0 || id >= limit)
      fail("cannot write a label map: id ", id, " is not in 0..", limit - 1);
    if (wide)
      bytes.push_back(uint8_t(id >> 8));
    bytes.push_back(uint8_t(id));
  }
  return bytes;
}

std::vector<uint8_t> encodeLabelMap(const LabelMap &labels, int bits) {
  if (bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16)
    fail("a PNG has no gray values of ", bits, " bits");
  const std::vector<uint8_t> bytes = idBytes(labels, int32_t(1) << bits, bits == 16);
  Encoder encoder;
  encoder.width = labels.width;
  encoder.height = labels.height;
  encoder.depth = bits;
  encoder.pixels = bytes.data();
  encoder.rowBytes = size_t(std::max(labels.width, 0)) * (bits == 16 ? 2 : 1);
  return encode(encoder);
}

std::vector<uint8_t> encodeIndexedPng(const LabelMap &labels, const std::vector<uint32_t> &palette) {
  if (palette.empty() || palette.size() > 256)
    fail("a PNG's palette has 1 to 256 colors, not ", palette.size());
  const std::vector<uint8_t> bytes = idBytes(labels, int32_t(palette.size()), false);
  std::vector<png_color> colors;
  for (uint32_t color : palette)
    colors.push_back({png_byte(color >> 16), png_byte(color >> 8), png_byte(color)});
  Encoder encoder;
  encoder.width = labels.width;
  encoder.height = labels.height;
  encoder.colorType = PNG_COLOR_TYPE_PALETTE;
  encoder.palette = colors.data();
  encoder.paletteSize = int(colors.size());
  encoder.pixels = bytes.data();
  encoder.rowBytes = size_t(std::max(labels.width, 0));
  return encode(encoder);
}

static void writeBytes(const std::string &path, const std::vector<uint8_t> &bytes) {
  writeFile(path, bytes.data(), bytes.size());
}

void writeRgbPng(const std::string &path, int width, int height, const uint8_t *pixels) {
  writeBytes(path, encodeRgbPng(width, height, pixels));
}

void writeLabelMap(const std::string &path, const LabelMap &labels, int bits) {
  writeBytes(path, encodeLabelMap(labels, bits));
}

void writeIndexedPng(const std::string &path, const LabelMap &labels, const std::vector<uint32_t> &palette) {
  writeBytes(path, encodeIndexedPng(labels, palette));
}

} // namespace dpsims
