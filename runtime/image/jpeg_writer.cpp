// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As in jpeg.cpp, what an error may leave by longjmp (`encodeRows`) has only trivial locals.

#include "runtime/image/jpeg.h"

#include "runtime/base/error.h"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>

namespace dpsims {

namespace {
struct Encoder {
  Encoder() = default;
  Encoder(const Encoder &) = delete;
  ~Encoder() {
    jpeg_destroy_compress(&info);
    std::free(bytes);
  }

  jpeg_compress_struct info = {};
  jpeg_error_mgr errors = {};
  unsigned char *bytes = nullptr;
  unsigned long size = 0;
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX] = "";
};
} // namespace

extern "C" {
static void encoderError(j_common_ptr info) {
  auto *encoder = static_cast<Encoder *>(info->client_data);
  info->err->format_message(info, encoder->message);
  std::longjmp(encoder->jump, 1);
}
}

static bool encodeRows(Encoder &encoder, int width, int height, const uint8_t *pixels, int quality) {
  jpeg_compress_struct &info = encoder.info;
  info.err = jpeg_std_error(&encoder.errors);
  encoder.errors.error_exit = encoderError;
  info.client_data = &encoder;
  if (setjmp(encoder.jump))
    return false;
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &encoder.bytes, &encoder.size);
  info.image_width = JDIMENSION(width);
  info.image_height = JDIMENSION(height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  for (int c = 0; c < 3; ++c) // colors at full resolution: pictures are small
    info.comp_info[c].h_samp_factor = info.comp_info[c].v_samp_factor = 1;
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto *row = const_cast<JSAMPROW>(pixels + size_t(info.next_scanline) * size_t(width) * 3);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  return true;
}

std::vector<uint8_t> encodeRgbJpeg(int width, int height, const uint8_t *pixels, int quality) {
  if (width <= 0 || height <= 0 || width > JPEG_MAX_DIMENSION || height > JPEG_MAX_DIMENSION)
    fail("cannot write a JPEG of ", width, " x ", height, " pixels");
  Encoder encoder;
  if (!encodeRows(encoder, width, height, pixels, quality))
    fail(ErrorCode::Internal, "cannot write a JPEG: ", encoder.message);
  return {encoder.bytes, encoder.bytes + encoder.size};
}

} // namespace dpsims
