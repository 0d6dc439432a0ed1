// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/transform.h"

#include "runtime/base/error.h"
#include "runtime/data/streams.h"

#include <algorithm>
#include <cmath>

namespace dpsims {

// The size of one side when the other becomes `target`, rounded up: the window is covered.
static int64_t scaledSide(int64_t side, int64_t target, int64_t other) { return (side * target + other - 1) / other; }

Size fittedSize(Size picture, const TransformRules &rules, Size window, double zoom, const std::string &name) {
  int64_t height = window.height, width = window.width;
  if (rules.cover && int64_t(picture.height) * width >= int64_t(picture.width) * height) // taller than the window
    height = scaledSide(picture.height, width, picture.width);
  else if (rules.cover)
    width = scaledSide(picture.width, height, picture.height);
  height = int64_t(std::ceil(double(height) * zoom)), width = int64_t(std::ceil(double(width) * zoom));
  constexpr int64_t limit = int64_t(1) << 26;
  if (height * width > limit)
    fail(ErrorCode::InvalidData, name, ": a picture of ", picture.width, " x ", picture.height, " would become ", width,
         " x ", height, " to cover ", window.width, " x ", window.height,
         "; leave it out, or set data.resize of the configuration to \"exact\"");
  return {int(height), int(width)};
}

Example resize(const Example &example, Size size) {
  Example result{
      resizeSmooth(example.image, size.height, size.width), resizeNearest(example.labels, size.height, size.width), {}};
  if (!example.instances.ids.empty())
    result.instances = resizeNearest(example.instances, size.height, size.width);
  return result;
}

Window centerWindow(Size fitted, Size size) {
  return {(fitted.width - size.width) / 2, (fitted.height - size.height) / 2, size.width, size.height, false};
}

Window randomWindow(const Example &fitted, const TransformRules &rules, Size size, const RandomSequence &random,
                    uint64_t index) {
  auto draw = [&](uint64_t number, int bound) { return int(randomBelow(random, index + number, uint64_t(bound))); };
  // A window of the size shows the picture enlarged by the whole zoom; one that is `zoom` times as large, not enlarged.
  const int64_t part = 65536 + draw(0, int((rules.zoom - 1) * 65536) + 1);
  const Size larger{std::min(int(size.height * part >> 16), fitted.image.height),
                    std::min(int(size.width * part >> 16), fitted.image.width)};
  Window window = centerWindow(sizeOf(fitted.image), larger);
  if (rules.randomCrop) {
    window.left = draw(1, fitted.image.width - window.width + 1);
    window.top = draw(2, fitted.image.height - window.height + 1);
  }
  window.flip = rules.flip && draw(3, 2) == 1;
  return window;
}

// A window of a row-major array whose pixels are `channels` values each.
template <typename T>
static std::vector<T> crop(const std::vector<T> &from, int fromWidth, const Window &window, size_t channels) {
  std::vector<T> result;
  result.reserve(size_t(window.height) * size_t(window.width) * channels);
  for (int y = window.top; y < window.top + window.height; ++y) {
    const T *row = from.data() + (size_t(y) * size_t(fromWidth) + size_t(window.left)) * channels;
    result.insert(result.end(), row, row + size_t(window.width) * channels);
  }
  return result;
}

static LabelMap cutIds(const LabelMap &labels, const Window &window, Size size) {
  const LabelMap part{window.width, window.height, crop(labels.ids, labels.width, window, 1)};
  return resizeNearest(part, size.height, size.width);
}

LabelMap fitMap(const LabelMap &map, const TransformRules &rules, Size size, const std::string &name) {
  const Size fitted = fittedSize({map.height, map.width}, rules, size, 1, name);
  return cutIds(resizeNearest(map, fitted.height, fitted.width), centerWindow(fitted, size), size);
}

static void writeIds(const LabelMap &labels, bool flip, int32_t *out) {
  for (int y = 0; y < labels.height; ++y, out += labels.width) {
    const int32_t *row = labels.ids.data() + size_t(y) * size_t(labels.width);
    if (flip)
      std::reverse_copy(row, row + labels.width, out);
    else
      std::copy_n(row, labels.width, out);
  }
}

static void writePlanes(const RgbImage &image, bool flip, float *out) {
  const size_t width = size_t(image.width), plane = width * size_t(image.height);
  for (size_t y = 0; y < size_t(image.height); ++y)
    for (size_t x = 0; x < width; ++x) {
      const uint8_t *pixel = image.pixels.data() + (y * width + (flip ? width - 1 - x : x)) * 3;
      for (size_t c = 0; c < 3; ++c)
        out[c * plane + y * width + x] = float(pixel[c]) / 127.5f - 1;
    }
}

void cut(const Example &fitted, const Window &window, Size size, float *image, int32_t *labels, int32_t *instances) {
  const RgbImage part{window.width, window.height, crop(fitted.image.pixels, fitted.image.width, window, 3)};
  writePlanes(resizeSmooth(part, size.height, size.width), window.flip, image);
  writeIds(cutIds(fitted.labels, window, size), window.flip, labels);
  if (instances)
    writeIds(cutIds(fitted.instances, window, size), window.flip, instances);
}

} // namespace dpsims
