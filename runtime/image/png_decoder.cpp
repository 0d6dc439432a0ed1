// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libpng reports errors by longjmp, which must not jump over C++ objects: what it may leave (`decodeRows` and the
// callbacks) has only trivial locals, and everything that must be destroyed lives in the callers.

#include "runtime/image/png_decoder.h"

#include "runtime/base/error.h"
#include "runtime/base/foreign_file.h"
#include "runtime/image/file_kind.h"
#include "runtime/image/png_storage.h"

#include <csetjmp>
#include <cstdio>

#include <png.h>

namespace dpsims::png {

namespace {

struct Decoder {
  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }

  const PictureFile *source = nullptr;
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

// Refuses by the first bytes, before libpng takes memory for anything.
static void checkStart(const PictureFile &source, const PngLimits &limits) {
  const std::string &name = source.name();
  constexpr size_t headerBytes = 24;
  uint8_t start[foreignKindBytes] = {};
  const size_t size = source.read(0, start, sizeof start);
  if (kindOfFile(start, size) != FileKind::Png)
    fail(ErrorCode::InvalidData, name, ": not a PNG file: ", describeFile(start, size));
  if (size < headerBytes)
    fail(ErrorCode::InvalidData, name, ": damaged PNG: the file is truncated after ", size, " bytes");
  const int64_t width = bigEndian(start + 16), height = bigEndian(start + 20);
  if (width > limits.width || height > limits.height || width * height > limits.pixels)
    fail(ErrorCode::InvalidData, name, ": the picture has ", width, " x ", height, " pixels; at most ", limits.width,
         " x ", limits.height, " and ", limits.pixels, " in all are read; make it smaller");
}

[[noreturn]] static void failDamaged(const std::string &name, const Decoder &decoder) {
  fail(ErrorCode::InvalidData, name, ": damaged PNG: ", decoder.message, ", near byte ", decoder.offset);
}

static void startDecoder(Decoder &decoder, const std::string &name, const PngLimits &limits) {
  decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder, decoderError, ignoreWarning);
  if (decoder.png)
    decoder.info = png_create_info_struct(decoder.png);
  if (!decoder.info)
    fail(ErrorCode::Internal, name,
         ": libpng cannot start: out of memory, or a libpng other than that it was built for");
  png_set_user_limits(decoder.png, png_uint_32(limits.width), png_uint_32(limits.height));
}

static void readPalette(Decoder &decoder, Picture &picture) {
  png_colorp colors = nullptr;
  int count = 0;
  if (png_get_PLTE(decoder.png, decoder.info, &colors, &count) == 0)
    return;
  for (int i = 0; i < count; ++i)
    picture.palette.push_back(uint32_t(colors[i].red) << 16 | uint32_t(colors[i].green) << 8 | colors[i].blue);
}

// Deflate makes data at most 1032 times smaller: a short file cannot hold a large picture, and gets no memory for one.
static void checkPossible(const PictureFile &source, const Picture &picture) {
  const uint64_t stored = uint64_t(picture.rowBytes) * uint64_t(std::min(picture.depth, 8)) / 8;
  if (source.size() < stored * uint64_t(picture.height) / 1040)
    fail(ErrorCode::InvalidData, source.name(), ": damaged PNG: ", source.size(), " bytes cannot hold ", picture.width,
         " x ", picture.height, " pixels; the file is truncated");
}

Picture decode(const PictureFile &source, const PngLimits &limits) {
  const std::string &name = source.name();
  checkStart(source, limits);
  Decoder decoder;
  decoder.source = &source;
  startDecoder(decoder, name, limits);
  if (!decodeHeader(decoder))
    failDamaged(name, decoder);
  Picture picture;
  picture.width = int(png_get_image_width(decoder.png, decoder.info));
  picture.height = int(png_get_image_height(decoder.png, decoder.info));
  picture.depth = decoder.depth;
  picture.colorType = png_get_color_type(decoder.png, decoder.info);
  picture.rowBytes = png_get_rowbytes(decoder.png, decoder.info);
  readPalette(decoder, picture);
  checkPossible(source, picture);
  picture.bytes.resize(picture.rowBytes * size_t(picture.height));
  std::vector<png_bytep> rows(static_cast<size_t>(picture.height));
  for (int y = 0; y < picture.height; ++y)
    rows[size_t(y)] = picture.bytes.data() + size_t(y) * picture.rowBytes;
  decoder.rows = rows.data();
  if (!decodeRows(decoder))
    failDamaged(name, decoder);
  return picture;
}

} // namespace dpsims::png
