// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/convolution_slabs.h"

#include <algorithm>

namespace dpsims {

namespace {

constexpr int64_t maxSlabs = 32;
// Below this a call of the library costs too much of a slab's time.
constexpr double flopsOfSlab = 48e6;
constexpr int64_t bytesOfSlab = 1 << 20;
// Each slab reads all weights: so many pixels at least make up for it, and for weights that are written and summed.
constexpr int64_t pixelsOfSlab = 64, pixelsOfPartialSum = 512;
constexpr int64_t bytesOfPartialSums = 32 << 20; // of all
constexpr int64_t pixelStep = 16;
// Neighboring slabs of a padded convolution both copy the rows at their border.
constexpr int64_t rowsOfSlab = 8;

int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t resultPixels(const ConvSizes &s) { return s.batch * s.outHeight * s.outWidth; }
uint64_t elements(int64_t count) { return static_cast<uint64_t>(count); }
// Cuts are those of f32, whatever the tensors are.
uint64_t bytesOf(int64_t floats) { return static_cast<uint64_t>(floats) * sizeof(float); }

// A power of two, which many numbers of threads divide.
int64_t slabCount(const ConvSizes &s, int64_t leastPixels) {
  const double work = std::max(2 * s.multiplyAdds() / flopsOfSlab,
                               double(bytesOf(int64_t(s.inputCount() + s.outputCount()))) / double(bytesOfSlab));
  const int64_t most = std::min<int64_t>({maxSlabs, int64_t(work), resultPixels(s) / leastPixels});
  int64_t count = 1;
  while (2 * count <= most)
    count *= 2;
  return count;
}

bool isPixelwise(const ConvSizes &s) {
  return s.kernelHeight == 1 && s.kernelWidth == 1 && s.strideH == 1 && s.strideW == 1 && s.padTop == 0 &&
         s.padLeft == 0 && s.padBottom == 0 && s.padRight == 0;
}

std::vector<ConvSlab> cutPixels(const ConvSizes &s, int64_t count) {
  std::vector<ConvSlab> slabs;
  const int64_t pixels = resultPixels(s), part = divideUp(divideUp(pixels, count), pixelStep) * pixelStep;
  for (int64_t begin = 0; begin < pixels; begin += part) {
    ConvSlab slab{s, elements(begin * s.inChannels), elements(begin * s.outChannels)};
    slab.sizes.batch = slab.sizes.inHeight = slab.sizes.outHeight = 1;
    slab.sizes.inWidth = slab.sizes.outWidth = std::min(part, pixels - begin);
    slabs.push_back(slab);
  }
  return slabs;
}

std::vector<ConvSlab> cutImages(const ConvSizes &s, int64_t count) {
  std::vector<ConvSlab> slabs;
  const int64_t part = divideUp(s.batch, count);
  for (int64_t begin = 0; begin < s.batch; begin += part) {
    ConvSlab slab{s, elements(begin * s.inHeight * s.inWidth * s.inChannels),
                  elements(begin * s.outHeight * s.outWidth * s.outChannels)};
    slab.sizes.batch = std::min(part, s.batch - begin);
    slabs.push_back(slab);
  }
  return slabs;
}

// A slab of the rows in..inEnd of one image and those rows of the result, out..outEnd, that belong to them.
ConvSlab rowsOf(const ConvSizes &s, int64_t image, int64_t in, int64_t inEnd, int64_t out, int64_t outEnd) {
  ConvSlab slab{s, elements((image * s.inHeight + in) * s.inWidth * s.inChannels),
                elements((image * s.outHeight + out) * s.outWidth * s.outChannels)};
  slab.sizes.batch = 1;
  slab.sizes.inHeight = inEnd - in;
  slab.sizes.outHeight = outEnd - out;
  slab.sizes.padTop = s.padTop + in - out * s.strideH;
  slab.sizes.padBottom =
      (slab.sizes.outHeight - 1) * s.strideH + s.kernelHeight - slab.sizes.inHeight - slab.sizes.padTop;
  return slab;
}

// Those that the result's rows read; nothing where some read only padding.
std::vector<ConvSlab> cutResultRows(const ConvSizes &s, int64_t parts) {
  std::vector<ConvSlab> slabs;
  const int64_t part = divideUp(s.outHeight, parts);
  for (int64_t image = 0; image < s.batch; ++image)
    for (int64_t out = 0; out < s.outHeight; out += part) {
      const int64_t outEnd = std::min(out + part, s.outHeight);
      const int64_t in = std::max<int64_t>(out * s.strideH - s.padTop, 0);
      const int64_t inEnd = std::min((outEnd - 1) * s.strideH - s.padTop + s.kernelHeight, s.inHeight);
      if (in >= inEnd)
        return {};
      slabs.push_back(rowsOf(s, image, in, inEnd, out, outEnd));
    }
  return slabs;
}

// Those that the input's rows are read by; nothing where some are read by none.
std::vector<ConvSlab> cutInputRows(const ConvSizes &s, int64_t parts) {
  std::vector<ConvSlab> slabs;
  const int64_t part = divideUp(divideUp(s.inHeight, parts), s.strideH) * s.strideH;
  for (int64_t image = 0; image < s.batch; ++image)
    for (int64_t in = 0; in < s.inHeight; in += part) {
      const int64_t inEnd = std::min(in + part, s.inHeight);
      const int64_t out =
          std::max<int64_t>(divideUp(std::max<int64_t>(in + s.padTop - s.kernelHeight + 1, 0), s.strideH), 0);
      const int64_t outEnd = std::min((inEnd - 1 + s.padTop) / s.strideH + 1, s.outHeight);
      if (out >= outEnd)
        return {};
      slabs.push_back(rowsOf(s, image, in, inEnd, out, outEnd));
      if (slabs.back().sizes.padTop < 0)
        return {};
    }
  return slabs;
}

template <typename CutRows>
std::vector<ConvSlab> cut(const ConvSizes &s, int64_t count, int64_t height, const CutRows &cutRows) {
  if (count <= 1)
    return {wholeOf(s)};
  if (isPixelwise(s))
    return cutPixels(s, count);
  const int64_t parts = std::min(count / s.batch, height / rowsOfSlab);
  std::vector<ConvSlab> slabs = parts > 1 ? cutRows(s, parts) : std::vector<ConvSlab>();
  return slabs.empty() ? cutImages(s, count) : slabs;
}

} // namespace

ConvSlab wholeOf(const ConvSizes &sizes) { return {sizes, 0, 0}; }

std::vector<ConvSlab> slabsOfResult(const ConvSizes &sizes) {
  return cut(sizes, slabCount(sizes, pixelsOfSlab), sizes.outHeight, cutResultRows);
}

std::vector<ConvSlab> slabsOfInput(const ConvSizes &sizes) {
  return cut(sizes, slabCount(sizes, pixelsOfSlab), sizes.inHeight, cutInputRows);
}

std::vector<ConvSlab> slabsOfSum(const ConvSizes &sizes) {
  const int64_t most = bytesOfPartialSums / static_cast<int64_t>(bytesOf(static_cast<int64_t>(sizes.weightCount())));
  const int64_t count = std::min({slabCount(sizes, pixelsOfPartialSum), most, int64_t(16)});
  return cut(sizes, count, sizes.outHeight, cutResultRows);
}

} // namespace dpsims
