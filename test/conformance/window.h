// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions for tests of the forward step and of both gradients: sizes, and what is summed, as plain loops.

#ifndef DPSIMS_TEST_CONFORMANCE_WINDOW_H
#define DPSIMS_TEST_CONFORMANCE_WINDOW_H

#include "model_builder.h"

#include <ostream>

namespace dpsims::test {

/// A convolution of (n, h, w, c) to o channels.
struct Window {
  uint64_t n = 1, h = 8, w = 8, c = 16, o = 16, kh = 3, kw = 3;
  uint32_t strideH = 1, strideW = 1, groups = 1;
  uint32_t top = 1, left = 1, bottom = 1, right = 1;

  uint64_t outH() const { return (h + top + bottom - kh) / strideH + 1; }
  uint64_t outW() const { return (w + left + right - kw) / strideW + 1; }
  Dims src() const { return {n, h, w, c}; }
  Dims dst() const { return {n, outH(), outW(), o}; }
  Dims weights() const { return {o, c / groups, kh, kw}; }

  Window &images(uint64_t count, uint64_t height, uint64_t width) {
    n = count, h = height, w = width;
    return *this;
  }
  Window &channels(uint64_t in, uint64_t out, uint32_t count = 1) {
    c = in, o = out, groups = count;
    return *this;
  }
  Window &depthwise(uint32_t count) { return channels(count, count, count); }
  /// A square kernel, padded alike at the top and left, and at the bottom and right.
  Window &kernel(uint64_t size, uint32_t stride, uint32_t before, uint32_t after) {
    kh = kw = size, strideH = strideW = stride;
    top = left = before, bottom = right = after;
    return *this;
  }
};

inline std::ostream &operator<<(std::ostream &stream, const Window &c) {
  return stream << "n" << c.n << " " << c.h << "x" << c.w << " " << c.c << "->" << c.o << " k" << c.kh << "x" << c.kw
                << " s" << c.strideH << "x" << c.strideW << " g" << c.groups << " pad " << c.top << "," << c.left << ","
                << c.bottom << "," << c.right;
}

/// Calls visit(index in src, in weights, in dst) for every product that the convolution sums.
template <typename Visit> void forEachProduct(const Window &c, const Visit &visit) {
  uint64_t in = c.c / c.groups, out = 0;
  for (uint64_t n = 0; n < c.n; ++n)
    for (uint64_t y = 0; y < c.outH(); ++y)
      for (uint64_t x = 0; x < c.outW(); ++x)
        for (uint64_t o = 0; o < c.o; ++o, ++out)
          for (uint64_t k = 0; k < c.kh * c.kw; ++k) {
            uint64_t sy = y * c.strideH + k / c.kw - c.top, sx = x * c.strideW + k % c.kw - c.left;
            if (sy >= c.h || sx >= c.w) // before the image: wraps to a large number
              continue;
            uint64_t src = ((n * c.h + sy) * c.w + sx) * c.c + o / (c.o / c.groups) * in;
            for (uint64_t i = 0; i < in; ++i)
              visit(src + i, (o * in + i) * c.kh * c.kw + k, out);
          }
}

/// The file's table of a step with this window.
template <typename Table> Table tableOf(const Window &c) {
  Table table;
  table.stride_h = c.strideH;
  table.stride_w = c.strideW;
  table.groups = c.groups;
  table.pad_top = c.top;
  table.pad_left = c.left;
  table.pad_bottom = c.bottom;
  table.pad_right = c.right;
  return table;
}

/// One of every kind: odd sizes and channels, kernels larger than the image, strides, padding that differs from side to
/// side, groups, one channel a group.
inline std::vector<Window> allWindows() {
  std::vector<Window> windows{
      Window(),
      Window().channels(5, 13),
      Window().channels(1, 1),
      Window().channels(32, 3),
      Window().channels(11, 32),
      Window().images(3, 9, 5).channels(17, 33),
      Window().images(2, 1, 1).channels(64, 40),
      Window().kernel(1, 1, 0, 0).channels(16, 40),
      Window().kernel(1, 1, 0, 0).images(1, 1, 1).channels(1, 1),
      Window().kernel(1, 2, 0, 0).channels(16, 24),
      Window().kernel(2, 2, 0, 0),
      Window().kernel(4, 4, 0, 0).channels(3, 16),
      Window().kernel(3, 1, 0, 0).images(1, 3, 9),
      Window().kernel(3, 2, 1, 1).channels(16, 24),
      Window().kernel(3, 2, 0, 1).channels(3, 16), // "same" of TensorFlow
      Window().kernel(5, 2, 1, 2).images(2, 8, 8),
      Window().kernel(7, 2, 3, 3).images(1, 12, 12).channels(3, 16),
      Window().kernel(7, 1, 3, 3).images(1, 2, 2),
      Window().channels(20, 30, 5),
      Window().channels(32, 64, 2),
      Window().kernel(3, 2, 1, 1).channels(64, 64, 16),
  };
  for (uint32_t channels : {13, 24, 32}) {
    windows.push_back(Window().depthwise(channels));
    windows.push_back(Window().depthwise(channels).kernel(3, 2, 0, 1));
    windows.push_back(Window().depthwise(channels).kernel(5, 2, 1, 2).images(2, 8, 8));
    windows.push_back(Window().depthwise(channels).kernel(7, 1, 3, 3));
  }
  windows.push_back(Window().depthwise(16));
  Window flat; // a row of pixels, another stride each way
  flat.kh = 1, flat.top = flat.bottom = 0, flat.strideW = 2;
  windows.push_back(flat);
  flat.strideW = 1;
  windows.push_back(flat);
  return windows;
}

} // namespace dpsims::test

#endif // DPSIMS_TEST_CONFORMANCE_WINDOW_H
