// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libjpeg reports errors by longjmp, which must not jump over C++ objects: the functions with setjmp have only trivial
// locals.

#include "runtime/image/jpeg.h"

#include "runtime/base/error.h"
#include "runtime/image/file_kind.h"

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <new>
#include <vector>

#include <jpeglib.h>

#include <jerror.h>

namespace dpsims {

namespace {
struct Decoder {
  Decoder() = default;
  Decoder(const Decoder &) = delete;
  ~Decoder() { jpeg_destroy_decompress(&info); }

  jpeg_decompress_struct info = {};
  jpeg_error_mgr errors = {};
  jpeg_progress_mgr progress = {};
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX] = "";
};
} // namespace

// A progressive file may have any number of scans, each of which costs a pass over the picture; encoders make ten.
static constexpr int scanLimit = 200;

extern "C" {
static void decoderError(j_common_ptr info) {
  auto *decoder = static_cast<Decoder *>(info->client_data);
  if (info->err->msg_code == JWRN_JPEG_EOF || info->err->msg_code == JERR_INPUT_EOF)
    std::snprintf(decoder->message, sizeof decoder->message, "the file is truncated");
  else
    info->err->format_message(info, decoder->message);
  std::longjmp(decoder->jump, 1);
}

// libjpeg only warns of damage and makes up pixels. What is harmless: bytes between two markers, and odd versions.
static void decoderMessage(j_common_ptr info, int level) {
  const int code = info->err->msg_code;
  if (level < 0 && code != JWRN_EXTRANEOUS_DATA && code != JWRN_ADOBE_XFORM && code != JWRN_JFIF_MAJOR)
    decoderError(info);
}

static void decoderProgress(j_common_ptr info) {
  auto *decoder = static_cast<Decoder *>(info->client_data);
  if (decoder->info.input_scan_number <= scanLimit)
    return;
  std::snprintf(decoder->message, sizeof decoder->message, "it has more than %d scans", scanLimit);
  std::longjmp(decoder->jump, 1);
}
}

static bool decodeHeader(Decoder &decoder, const uint8_t *data, size_t size) {
  jpeg_decompress_struct &info = decoder.info;
  info.err = jpeg_std_error(&decoder.errors);
  decoder.errors.error_exit = decoderError;
  decoder.errors.emit_message = decoderMessage;
  info.client_data = &decoder;
  if (setjmp(decoder.jump))
    return false;
  jpeg_create_decompress(&info);
  decoder.progress.progress_monitor = decoderProgress;
  info.progress = &decoder.progress;
  jpeg_mem_src(&info, data, static_cast<unsigned long>(size));
  jpeg_read_header(&info, TRUE);
  const bool inks = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  info.out_color_space = inks ? JCS_CMYK : JCS_RGB;
  return true;
}

static bool startRows(Decoder &decoder) {
  if (setjmp(decoder.jump))
    return false;
  jpeg_start_decompress(&decoder.info);
  return true;
}

// Cyan, magenta, yellow and black to light. Adobe's files store what is left of the light, others the ink.
static void convertInks(const uint8_t *inks, uint8_t *rgb, unsigned width, bool adobe) {
  const unsigned flip = adobe ? 0 : 255;
  for (unsigned x = 0; x < width; ++x)
    for (unsigned c = 0; c < 3; ++c)
      rgb[3 * x + c] = uint8_t(((inks[4 * x + c] ^ flip) * (inks[4 * x + 3] ^ flip) + 127) / 255);
}

// `inks`: room for a row of CMYK, null for RGB.
static bool decodeRows(Decoder &decoder, uint8_t *pixels, uint8_t *inks) {
  jpeg_decompress_struct &info = decoder.info;
  if (setjmp(decoder.jump))
    return false;
  while (info.output_scanline < info.output_height) {
    uint8_t *row = pixels + size_t(info.output_scanline) * info.output_width * 3;
    JSAMPROW target = inks ? inks : row;
    if (jpeg_read_scanlines(&info, &target, 1) == 1 && inks)
      convertInks(inks, row, info.output_width, info.saw_Adobe_marker);
  }
  jpeg_finish_decompress(&info);
  return true;
}

[[noreturn]] static void failDamaged(const std::string &name, const Decoder &decoder) {
  if (std::strncmp(decoder.message, "Unsupported", 11) == 0) // nothing is wrong with the file
    fail(ErrorCode::InvalidData, name, ": a JPEG of a kind that is not read: ", decoder.message, "; convert it to PNG");
  fail(ErrorCode::InvalidData, name, ": cannot decode the JPEG: ", decoder.message);
}

static void checkSize(const Decoder &decoder, size_t size, const std::string &name, const PictureLimits &limits) {
  const int64_t width = decoder.info.image_width, height = decoder.info.image_height;
  if (width > limits.width || height > limits.height || width * height > limits.pixels)
    fail(ErrorCode::InvalidData, name, ": the picture has ", width, " x ", height, " pixels; at most ", limits.width,
         " x ", limits.height, " and ", limits.pixels, " in all are read; make it smaller");
  // A block of 8 x 8 pixels takes a bit at least: a short file gets no memory for a large picture.
  if (uint64_t(width) * uint64_t(height) / 1024 > size)
    fail(ErrorCode::InvalidData, name, ": cannot decode the JPEG: ", size, " bytes cannot hold ", width, " x ", height,
         " pixels; the file is truncated");
}

RgbImage decodeRgbJpeg(const uint8_t *data, size_t size, const std::string &name, const PictureLimits &limits) try {
  const FileKind kind = kindOfFile(data, size);
  if (kind != FileKind::Jpeg)
    fail(ErrorCode::InvalidData, name, ": not a JPEG file: ", describeFile(data, size));
  Decoder decoder;
  if (!decodeHeader(decoder, data, size))
    failDamaged(name, decoder);
  checkSize(decoder, size, name, limits);
  if (decoder.info.jpeg_color_space == JCS_UNKNOWN)
    fail(ErrorCode::InvalidData, name, ": the JPEG has ", decoder.info.num_components,
         " channels of no known color space; store it as RGB or gray");
  if (!startRows(decoder))
    failDamaged(name, decoder);
  RgbImage image{int(decoder.info.output_width), int(decoder.info.output_height), {}};
  image.pixels.resize(size_t(image.width) * size_t(image.height) * 3);
  std::vector<uint8_t> inks(decoder.info.out_color_space == JCS_CMYK ? size_t(image.width) * 4 : 0);
  if (!decodeRows(decoder, image.pixels.data(), inks.empty() ? nullptr : inks.data()))
    failDamaged(name, decoder);
  return image;
} catch (const std::bad_alloc &) {
  fail(ErrorCode::OutOfMemory, name, ": there is not enough memory for this picture; make it smaller");
}

} // namespace dpsims
