// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/embed/session.h"
#include "runtime/embed/status.h"
#include "runtime/image/png.h"

#include <cstddef>
#include <cstring>
#include <string>

using namespace dpsims;
using namespace dpsims::embed;

namespace {

constexpr size_t firstSampleSize = offsetof(dpsims_sample, number) + sizeof(uint32_t);

/// Error: a buffer of the caller's has another size.
void requireBytes(size_t given, uint64_t expected, const char *name, const std::string &what) {
  if (given != expected)
    fail(name, " has ", given, " bytes, expected ", expected, ": ", what);
}

/// The caller's array, whose elements have the size that the first one tells.
std::vector<dpsims_sample> samplesOf(const dpsims_sample *samples, size_t count) {
  requirePointer(samples, "samples");
  const dpsims_sample initial = DPSIMS_SAMPLE_INIT;
  std::vector<dpsims_sample> result;
  for (size_t i = 0; i < count; ++i) {
    const char *place = reinterpret_cast<const char *>(samples) + i * samples->size;
    result.push_back(sized(reinterpret_cast<const dpsims_sample *>(place), initial, firstSampleSize, "samples"));
    if (result.back().size != samples->size)
      fail("samples[", i, "].size is ", result.back().size, ", the first one's ", samples->size);
  }
  return result;
}

} // namespace

dpsims_status dpsims_session_picture_size(const dpsims_session *session, int32_t *height, int32_t *width) {
  return guarded([&] {
    requirePointer(session, "session");
    requirePointer(height, "height");
    requirePointer(width, "width");
    const Painter &painter = session->painter();
    *height = painter.height();
    *width = painter.width();
  });
}

dpsims_status dpsims_session_sample(dpsims_session *session, const dpsims_sample *samples, size_t count,
                                    uint8_t *pictures, size_t bytes) {
  return guarded([&] {
    requirePointer(session, "session");
    const Painter &painter = session->painter();
    if (count == 0 || count > (uint64_t(1) << 32))
      fail("count is ", count, ", expected a number of pictures");
    requirePointer(pictures, "pictures");
    requireBytes(bytes, count * painter.pictureBytes(), "pictures",
                 textOf(count, " x ", painter.height(), " x ", painter.width(), " x 3"));
    const std::vector<dpsims_sample> given = samplesOf(samples, count);
    std::lock_guard<std::mutex> lock(session->mutex);
    session->sampler->paint(*session->session, given, pictures);
  });
}

dpsims_status dpsims_session_read_labels(const dpsims_session *session, const char *path, int32_t *labels,
                                         size_t bytes) {
  return guarded([&] {
    requirePointer(session, "session");
    requirePointer(path, "path");
    requirePointer(labels, "labels");
    const Painter &painter = session->painter();
    requireBytes(bytes, uint64_t(painter.height()) * uint64_t(painter.width()) * sizeof(int32_t), "labels",
                 textOf(painter.height(), " x ", painter.width(), " numbers of 4"));
    const LabelMap map = painter.readLabels(path);
    std::memcpy(labels, map.ids.data(), bytes);
  });
}

dpsims_status dpsims_write_png(const char *path, int32_t height, int32_t width, const uint8_t *pixels, size_t bytes) {
  return guarded([&] {
    requirePointer(path, "path");
    requirePointer(pixels, "pixels");
    const PictureLimits limits;
    if (height <= 0 || width <= 0 || height > limits.height || width > limits.width ||
        int64_t(height) * width > limits.pixels)
      fail(height, " x ", width, " pixels: not a picture, or more than ", limits.height, " x ", limits.width, " or ",
           limits.pixels, " in all");
    requireBytes(bytes, uint64_t(height) * uint64_t(width) * 3, "pixels", textOf(height, " x ", width, " x 3"));
    writeRgbPng(path, width, height, pixels);
  });
}
