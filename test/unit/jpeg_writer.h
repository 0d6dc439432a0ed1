// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_TEST_UNIT_JPEG_WRITER_H
#define DPSIMS_TEST_UNIT_JPEG_WRITER_H

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <jpeglib.h>
#include <zlib.h>

namespace dpsims::test {

/// How a JPEG is stored.
struct JpegKind {
  J_COLOR_SPACE input = JCS_RGB, stored = JCS_YCbCr;
  bool progressive = false, adobe = false;
};

/// The file, at the best quality, without subsampling of colors. `pixels` are of the input's color space.
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

/// EXIF as cameras write it: a TIFF header and a directory of three entries, the second of which is the orientation.
inline std::vector<uint8_t> makeExif(int orientation, bool little = true, int type = 3) {
  std::vector<uint8_t> bytes = {'E', 'x', 'i', 'f', 0, 0};
  auto add = [&](uint32_t value, int count) {
    for (int i = 0; i < count; ++i)
      bytes.push_back(uint8_t(value >> 8 * (little ? i : count - 1 - i)));
  };
  auto addEntry = [&](uint32_t tag, uint32_t kind, uint32_t value) {
    add(tag, 2), add(kind, 2), add(1, 4);
    const int size = kind == 3 ? 2 : 4;
    add(value, size), add(0, 4 - size);
  };
  bytes.insert(bytes.end(), 2, little ? 'I' : 'M');
  add(42, 2), add(8, 4), add(3, 2);
  addEntry(256, 4, 640);
  addEntry(274, uint32_t(type), uint32_t(orientation));
  addEntry(296, 3, 2);
  add(0, 4);
  return bytes;
}

/// The JPEG with a segment of EXIF after its first marker.
inline std::vector<uint8_t> withExif(std::vector<uint8_t> jpeg, const std::vector<uint8_t> &exif) {
  const size_t length = exif.size() + 2;
  std::vector<uint8_t> segment = {0xff, 0xe1, uint8_t(length >> 8), uint8_t(length)};
  segment.insert(segment.end(), exif.begin(), exif.end());
  jpeg.insert(jpeg.begin() + 2, segment.begin(), segment.end());
  return jpeg;
}

/// The PNG with a chunk eXIf after its header, or before its end.
inline std::vector<uint8_t> withPngExif(std::vector<uint8_t> png, const std::vector<uint8_t> &exif, bool late = false) {
  constexpr size_t headerEnd = 33, endChunk = 12, nameOfExif = 6; // "Exif", of JPEGs alone
  std::vector<uint8_t> chunk = {'e', 'X', 'I', 'f'};
  chunk.insert(chunk.end(), exif.begin() + nameOfExif, exif.end());
  const auto number = [](uint32_t value) {
    return std::vector<uint8_t>{uint8_t(value >> 24), uint8_t(value >> 16), uint8_t(value >> 8), uint8_t(value)};
  };
  const std::vector<uint8_t> sum = number(uint32_t(crc32(0, chunk.data(), uInt(chunk.size()))));
  const std::vector<uint8_t> length = number(uint32_t(chunk.size() - 4));
  chunk.insert(chunk.begin(), length.begin(), length.end());
  chunk.insert(chunk.end(), sum.begin(), sum.end());
  png.insert(late ? png.end() - endChunk : png.begin() + headerEnd, chunk.begin(), chunk.end());
  return png;
}

} // namespace dpsims::test

#endif // DPSIMS_TEST_UNIT_JPEG_WRITER_H
