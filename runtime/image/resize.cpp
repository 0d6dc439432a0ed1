// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/image.h"

#include "runtime/base/error.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace dpsims {

//===-------------------------------------------------------------------------------------------------------------===//
// Ids: the nearest pixel
//===-------------------------------------------------------------------------------------------------------------===//

// sources[i] = floor((i + 1/2) * in / out)
static std::vector<size_t> nearestSources(int in, int out) {
  std::vector<size_t> sources;
  sources.reserve(size_t(out));
  for (int64_t i = 0; i < out; ++i)
    sources.push_back(size_t((2 * i + 1) * in / (2 * int64_t(out))));
  return sources;
}

LabelMap resizeNearest(const LabelMap &labels, int height, int width) {
  if (labels.width <= 0 || labels.height <= 0 || height <= 0 || width <= 0)
    fail("cannot resize a label map of ", labels.width, " x ", labels.height, " to ", width, " x ", height);
  if (height == labels.height && width == labels.width)
    return labels;
  const std::vector<size_t> columns = nearestSources(labels.width, width), rows = nearestSources(labels.height, height);
  LabelMap result{width, height, {}};
  result.ids.reserve(size_t(width) * size_t(height));
  for (size_t y : rows) {
    const int32_t *row = labels.ids.data() + y * size_t(labels.width);
    for (size_t x : columns)
      result.ids.push_back(row[x]);
  }
  return result;
}

//===-------------------------------------------------------------------------------------------------------------===//
// Colors: a triangle
//===-------------------------------------------------------------------------------------------------------------===//

namespace {

constexpr int weightBits = 14, betweenBits = 6; // 8 + 14 + 6 bits and a few terms fit 32

/// Which pixels of one axis a new pixel is made of.
struct Taps {
  size_t first, begin, count; // pixels from `first`, weights from `begin`
};

struct Axis {
  std::vector<Taps> taps;
  std::vector<int32_t> weights; // of one new pixel: 2^weightBits in sum
};

} // namespace

// Pixel x is centered at (2x + 1) out, new pixel i at (2i + 1) in, in units that make both integers.
static Axis makeAxis(int64_t in, int64_t out) {
  Axis axis;
  const int64_t support = 2 * std::max(in, out);
  std::vector<int64_t> heights;
  for (int64_t i = 0; i < out; ++i) {
    const int64_t center = (2 * i + 1) * in;
    int64_t x = std::max<int64_t>(0, (center - support) / (2 * out) - 1);
    auto height = [&](int64_t x) { return support - std::abs((2 * x + 1) * out - center); };
    while (height(x) <= 0)
      ++x;
    const int64_t first = x;
    heights.clear();
    for (; x < in && height(x) > 0; ++x)
      heights.push_back(height(x));
    axis.taps.push_back({size_t(first), axis.weights.size(), heights.size()});
    const int64_t sum = std::accumulate(heights.begin(), heights.end(), int64_t(0));
    int64_t left = int64_t(1) << weightBits;
    for (int64_t h : heights) {
      axis.weights.push_back(int32_t((h << weightBits) / sum));
      left -= axis.weights.back();
    }
    const auto middle = std::max_element(heights.begin(), heights.end()) - heights.begin();
    axis.weights[axis.taps.back().begin + size_t(middle)] += int32_t(left);
  }
  return axis;
}

// One row of the picture at its new height, in fixed point.
static void mixRows(const RgbImage &image, const Axis &axis, const Taps &taps, std::vector<int32_t> &row) {
  const size_t count = row.size();
  std::fill(row.begin(), row.end(), 1 << (weightBits - betweenBits - 1));
  for (size_t k = 0; k < taps.count; ++k) {
    const int32_t weight = axis.weights[taps.begin + k];
    const uint8_t *source = image.pixels.data() + (taps.first + k) * count;
    for (size_t x = 0; x < count; ++x)
      row[x] += weight * source[x];
  }
  for (int32_t &value : row)
    value >>= weightBits - betweenBits;
}

static void mixColumns(const std::vector<int32_t> &row, const Axis &axis, uint8_t *out) {
  constexpr int shift = weightBits + betweenBits;
  for (const Taps &taps : axis.taps) {
    int32_t sums[3] = {1 << (shift - 1), 1 << (shift - 1), 1 << (shift - 1)};
    const int32_t *source = row.data() + 3 * taps.first, *weights = axis.weights.data() + taps.begin;
    for (size_t k = 0; k < taps.count; ++k)
      for (size_t c = 0; c < 3; ++c)
        sums[c] += weights[k] * source[3 * k + c];
    for (int32_t sum : sums)
      *out++ = uint8_t(sum >> shift);
  }
}

RgbImage resizeSmooth(const RgbImage &image, int height, int width) {
  if (image.width <= 0 || image.height <= 0 || height <= 0 || width <= 0)
    fail("cannot resize a picture of ", image.width, " x ", image.height, " to ", width, " x ", height);
  if (height == image.height && width == image.width)
    return image;
  const Axis rows = makeAxis(image.height, height), columns = makeAxis(image.width, width);
  RgbImage result{width, height, {}};
  result.pixels.resize(size_t(width) * size_t(height) * 3);
  std::vector<int32_t> row(size_t(image.width) * 3);
  for (size_t y = 0; y < size_t(height); ++y) {
    mixRows(image, rows, rows.taps[y], row);
    mixColumns(row, columns, result.pixels.data() + y * size_t(width) * 3);
  }
  return result;
}

} // namespace dpsims
