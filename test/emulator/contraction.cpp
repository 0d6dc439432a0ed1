// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions as products with matrices of windows, a band of result rows at a time; those with one channel a group
// directly.

#include "test/emulator/contraction.h"

#include <algorithm>
#include <cstring>
#include <oneapi/dnnl/dnnl.h>
#include <stdexcept>

namespace dpsims::emulated {

namespace {

constexpr int64_t bandElements = 1 << 22; // of the matrix of windows

// One group of the channels, and result rows [begin, end) of one image.
struct Band {
  const ConvShape &s;
  int64_t image, group, begin, end;

  int64_t pixels() const { return (end - begin) * s.outWidth; }
  int64_t windowSize() const { return s.taps() * s.groupIn(); }
  int64_t dstOffset() const {
    return (image * s.outHeight + begin) * s.outWidth * s.outChannels + group * s.groupOut();
  }
  int64_t weightsOffset() const { return group * s.groupOut() * windowSize(); }

  void gather(const float *src, std::vector<float> &windows) const {
    windows.assign(pixels() * windowSize(), 0);
#pragma omp parallel for
    for (int64_t y = begin; y < end; ++y)
      forEachTap(y, [&](int64_t window, int64_t at) {
        std::memcpy(windows.data() + window, src + at, s.groupIn() * sizeof(float));
      });
  }

  // Windows overlap: one row after the other.
  void scatter(const std::vector<float> &windows, float *src) const {
    for (int64_t y = begin; y < end; ++y)
      forEachTap(y, [&](int64_t window, int64_t at) {
        for (int64_t c = 0; c < s.groupIn(); ++c)
          src[at + c] += windows[window + c];
      });
  }

private:
  /// Calls visit(index into the matrix of windows, index into src) for every tap within the image of the windows of a
  /// result row; each stands for groupIn elements.
  template <typename Visit> void forEachTap(int64_t y, Visit visit) const {
    for (int64_t x = 0; x < s.outWidth; ++x)
      for (int64_t ky = 0; ky < s.kernelHeight; ++ky)
        for (int64_t kx = 0; kx < s.kernelWidth; ++kx) {
          int64_t iy = y * s.strideH + ky - s.padTop, ix = x * s.strideW + kx - s.padLeft;
          if (iy < 0 || iy >= s.inHeight || ix < 0 || ix >= s.inWidth)
            continue;
          int64_t row = (y - begin) * s.outWidth + x;
          visit(row * windowSize() + (ky * s.kernelWidth + kx) * s.groupIn(),
                ((image * s.inHeight + iy) * s.inWidth + ix) * s.inChannels + group * s.groupIn());
        }
  }
};

template <typename Body> void forEachBand(const ConvShape &s, Body body) {
  int64_t rows = std::max<int64_t>(1, bandElements / (s.outWidth * s.taps() * s.groupIn()));
  for (int64_t image = 0; image < s.batch; ++image)
    for (int64_t group = 0; group < s.groups; ++group)
      for (int64_t begin = 0; begin < s.outHeight; begin += rows)
        body(Band{s, image, group, begin, std::min(begin + rows, s.outHeight)});
}

//===--------------------------------------------------------------------------------------------------------------===//
// One channel a group
//===--------------------------------------------------------------------------------------------------------------===//

bool isDepthwise(const ConvShape &s) { return s.groupIn() == 1 && s.groupOut() == 1; }

// Calls visit(src, dst, tap) with the indices of the first channels of every pair of pixels that meet, by rows of dst.
template <typename Visit> void forEachPair(const ConvShape &s, int64_t row, Visit visit) {
  int64_t image = row / s.outHeight, y = row % s.outHeight;
  for (int64_t x = 0; x < s.outWidth; ++x)
    for (int64_t tap = 0; tap < s.taps(); ++tap) {
      int64_t iy = y * s.strideH + tap / s.kernelWidth - s.padTop, ix = x * s.strideW + tap % s.kernelWidth - s.padLeft;
      if (iy >= 0 && iy < s.inHeight && ix >= 0 && ix < s.inWidth)
        visit(((image * s.inHeight + iy) * s.inWidth + ix) * s.inChannels, (row * s.outWidth + x) * s.outChannels, tap);
    }
}

std::vector<float> tapsFirst(const ConvShape &s, const float *weights) {
  std::vector<float> result(s.weightCount());
  for (int64_t o = 0; o < s.outChannels; ++o)
    for (int64_t tap = 0; tap < s.taps(); ++tap)
      result[tap * s.outChannels + o] = weights[o * s.taps() + tap];
  return result;
}

void convolveDepthwise(const ConvShape &s, const float *src, const float *weights, float *dst) {
  std::vector<float> w = tapsFirst(s, weights);
#pragma omp parallel for
  for (int64_t row = 0; row < s.batch * s.outHeight; ++row) {
    std::fill_n(dst + row * s.outWidth * s.outChannels, s.outWidth * s.outChannels, 0.f);
    forEachPair(s, row, [&](int64_t from, int64_t to, int64_t tap) {
      for (int64_t c = 0; c < s.outChannels; ++c)
        dst[to + c] += src[from + c] * w[tap * s.outChannels + c];
    });
  }
}

void inputGradientDepthwise(const ConvShape &s, float *src, const float *weights, const float *dst) {
  std::vector<float> w = tapsFirst(s, weights);
  std::fill_n(src, s.inputCount(), 0.f);
  for (int64_t row = 0; row < s.batch * s.outHeight; ++row)
    forEachPair(s, row, [&](int64_t to, int64_t from, int64_t tap) {
      for (int64_t c = 0; c < s.outChannels; ++c)
        src[to + c] += dst[from + c] * w[tap * s.outChannels + c];
    });
}

void weightGradientDepthwise(const ConvShape &s, const float *src, float *weights, const float *dst) {
  std::vector<double> sums(s.weightCount(), 0);
  for (int64_t row = 0; row < s.batch * s.outHeight; ++row)
    forEachPair(s, row, [&](int64_t from, int64_t to, int64_t tap) {
      for (int64_t c = 0; c < s.outChannels; ++c)
        sums[tap * s.outChannels + c] += src[from + c] * dst[to + c];
    });
  for (int64_t o = 0; o < s.outChannels; ++o)
    for (int64_t tap = 0; tap < s.taps(); ++tap)
      weights[o * s.taps() + tap] = static_cast<float>(sums[tap * s.outChannels + o]);
}

} // namespace

void multiply(const Product &p) {
  dnnl_status_t status = dnnl_sgemm(p.transposeA ? 'T' : 'N', p.transposeB ? 'T' : 'N', p.m, p.n, p.k, 1.0f, p.a, p.lda,
                                    p.b, p.ldb, p.accumulate ? 1.0f : 0.0f, p.dst, p.ldd);
  if (status != dnnl_success)
    throw std::runtime_error("dnnl_sgemm fails");
}

void convolve(const ConvShape &s, const float *src, const float *weights, float *dst) {
  if (isDepthwise(s))
    return convolveDepthwise(s, src, weights, dst);
  std::vector<float> windows;
  forEachBand(s, [&](const Band &band) {
    int64_t size = band.windowSize();
    band.gather(src, windows);
    multiply({false, true, band.pixels(), s.groupOut(), size, windows.data(), size, weights + band.weightsOffset(),
              size, dst + band.dstOffset(), s.outChannels});
  });
}

void convolveInputGradient(const ConvShape &s, float *src, const float *weights, const float *dst) {
  if (isDepthwise(s))
    return inputGradientDepthwise(s, src, weights, dst);
  std::vector<float> windows;
  std::fill_n(src, s.inputCount(), 0.f);
  forEachBand(s, [&](const Band &band) {
    int64_t size = band.windowSize();
    windows.resize(band.pixels() * size);
    multiply({false, false, band.pixels(), size, s.groupOut(), dst + band.dstOffset(), s.outChannels,
              weights + band.weightsOffset(), size, windows.data(), size});
    band.scatter(windows, src);
  });
}

void convolveWeightGradient(const ConvShape &s, const float *src, float *weights, const float *dst) {
  if (isDepthwise(s))
    return weightGradientDepthwise(s, src, weights, dst);
  std::vector<float> windows;
  std::fill_n(weights, s.weightCount(), 0.f);
  forEachBand(s, [&](const Band &band) {
    int64_t size = band.windowSize();
    band.gather(src, windows);
    multiply({true, false, s.groupOut(), size, band.pixels(), dst + band.dstOffset(), s.outChannels, windows.data(),
              size, weights + band.weightsOffset(), size, /*accumulate=*/true});
  });
}

std::vector<float> widenBf16(const void *memory, int64_t count) {
  std::vector<float> values(count);
  const auto *halves = static_cast<const uint16_t *>(memory);
  for (int64_t i = 0; i < count; ++i) {
    const uint32_t bits = uint32_t(halves[i]) << 16;
    std::memcpy(&values[i], &bits, sizeof(bits));
  }
  return values;
}

void narrowToBf16(const std::vector<float> &values, void *memory) {
  auto *halves = static_cast<uint16_t *>(memory);
  for (float value : values) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    *halves++ = value != value ? 0x7FC0 : uint16_t((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
  }
}

std::vector<float> roundToTf32(const float *values, int64_t count) {
  std::vector<float> result(values, values + count);
  for (float &value : result) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    bool isFinite = (bits & 0x7F800000) != 0x7F800000;
    bits = isFinite ? (bits + 0x1000) & ~uint32_t(0x1FFF) : bits;
    std::memcpy(&value, &bits, sizeof(bits));
  }
  return result;
}

} // namespace dpsims::emulated
