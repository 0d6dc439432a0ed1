// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_TEST_UNIT_JPEG_WRITER_H
#define DPSIMS_TEST_UNIT_JPEG_WRITER_H

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <jpeglib.h>

namespace dpsims::test {

/// How a JPEG is stored.
struct JpegKind {
  J_COLOR_SPACE input = JCS_RGB, stored = JCS_YCbCr;
  bool progressive = false, adobe = false;
};

/// The file, at the best quality, without subsampling of colours. `pixels` are of the input's colour space.
inline std::vector<uint8_t> encodeJpeg(int width, int height, const std::vector<uint8_t> &pixels, JpegKind kind = {}) {
  jpeg_compress_struct info = {};
  jpeg_error_mgr errors = {};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char *buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &buffer, &size);
  info.image_width = unsigned(width);
  info.image_height = unsigned(height);
  info.input_components = int(pixels.size() / (size_t(width) * size_t(height)));
  info.in_color_space = kind.input;
  jpeg_set_defaults(&info);
  jpeg_set_colorspace(&info, kind.stored);
  jpeg_set_quality(&info, 100, TRUE);
  for (int i = 0; i < info.num_components; ++i)
    info.comp_info[i].h_samp_factor = info.comp_info[i].v_samp_factor = 1;
  info.write_Adobe_marker = kind.adobe;
  if (kind.progressive)
    jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  const size_t stride = size_t(width) * size_t(info.input_components);
  for (size_t y = 0; y < size_t(height); ++y) {
    JSAMPROW row = const_cast<uint8_t *>(pixels.data() + y * stride);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  const std::vector<uint8_t> file(buffer, buffer + size);
  std::free(buffer);
  return file;
}

} // namespace dpsims::test

#endif // DPSIMS_TEST_UNIT_JPEG_WRITER_H
