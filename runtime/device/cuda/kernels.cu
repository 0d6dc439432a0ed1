// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/activation.h"
#include "runtime/device/cuda/check.h"
#include "runtime/device/cuda/kernels.h"

#include <algorithm>

namespace dpsims::cuda {

namespace {

constexpr unsigned threads = 256;
constexpr unsigned mostBlocks = 8192; // of a kernel whose threads take several elements, a whole grid apart

// Enough blocks to fill any GPU; each thread takes several elements, a whole grid apart.
unsigned blocksFor(uint64_t elements) {
  return static_cast<unsigned>(std::min<uint64_t>((elements + threads - 1) / threads, 65535));
}

__device__ uint64_t firstElement() { return blockIdx.x * uint64_t(blockDim.x) + threadIdx.x; }
__device__ uint64_t elementStep() { return uint64_t(gridDim.x) * blockDim.x; }

// As it lies in memory.
struct Bf16 {
  uint16_t bits;
};

__device__ float widened(float x) { return x; }
__device__ float widened(Bf16 x) { return __uint_as_float(uint32_t(x.bits) << 16); }

// To nearest, halves to even.
__device__ void assign(float &place, float x) { place = x; }
__device__ void assign(Bf16 &place, float x) {
  const uint32_t bits = __float_as_uint(x);
  place.bits = x != x ? 0x7fc0 : static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

template <typename T, int Width> struct alignas(Width * sizeof(T)) Elements {
  T values[Width];
};

// 2^shift threads go along the channels, rows of them over the pixels, so that nobody divides. Pointers may be equal:
// no
// __restrict__.
template <typename T, int Width>
__global__ void epilogueKernel(T *dst, const T *src, const float *bias, const T *residual, unsigned rows,
                               unsigned channels, unsigned shift, Activation activation, float alpha, float beta) {
  using Vector = Elements<T, Width>;
  unsigned vectors = channels / Width, rowsInBlock = threads >> shift;
  for (unsigned row = blockIdx.x * rowsInBlock + (threadIdx.x >> shift); row < rows; row += gridDim.x * rowsInBlock)
    for (unsigned column = threadIdx.x & ((1u << shift) - 1); column < vectors; column += 1u << shift) {
      size_t at = size_t(row) * vectors + column;
      Vector x = reinterpret_cast<const Vector *>(src)[at], r;
      Elements<float, Width> b;
      if (bias)
        b = reinterpret_cast<const Elements<float, Width> *>(bias)[column];
      if (residual)
        r = reinterpret_cast<const Vector *>(residual)[at];
      for (int i = 0; i < Width; ++i) {
        float sum = widened(x.values[i]);
        float y = activate(bias ? sum + b.values[i] : sum, activation, alpha, beta);
        assign(x.values[i], residual ? y + widened(r.values[i]) : y);
      }
      reinterpret_cast<Vector *>(dst)[at] = x;
    }
}

template <typename T>
__global__ void packWeightsKernel(T *dst, const T *src, uint64_t count, uint64_t inChannels, uint64_t taps) {
  for (uint64_t i = firstElement(); i < count; i += elementStep()) {
    uint64_t channel = i % inChannels, tap = i / inChannels % taps, out = i / (inChannels * taps);
    dst[i] = src[(out * inChannels + channel) * taps + tap];
  }
}

template <typename To, typename From>
__global__ void unpackWeightsKernel(To *dst, const From *src, uint64_t count, uint64_t inChannels, uint64_t taps) {
  for (uint64_t i = firstElement(); i < count; i += elementStep()) {
    uint64_t tap = i % taps, channel = i / taps % inChannels, out = i / (inChannels * taps);
    assign(dst[i], widened(src[(out * taps + tap) * inChannels + channel]));
  }
}

template <typename To, typename From> __global__ void conversionKernel(To *dst, const From *src, uint64_t count) {
  for (uint64_t i = firstElement(); i < count; i += elementStep())
    assign(dst[i], widened(src[i]));
}

// One thread an output element; neighboring threads have neighboring channels.
template <typename T, typename R>
__global__ void directConvKernel(R *dst, const T *src, const T *weights, ConvSizes s, uint64_t count) {
  int64_t groupIn = s.inChannels / s.groups, groupOut = s.outChannels / s.groups;
  for (uint64_t i = firstElement(); i < count; i += elementStep()) {
    int64_t o = i % s.outChannels, pixel = i / s.outChannels;
    int64_t ox = pixel % s.outWidth, oy = pixel / s.outWidth % s.outHeight, n = pixel / (s.outWidth * s.outHeight);
    float sum = 0;
    for (int64_t ky = 0; ky < s.kernelHeight; ++ky) {
      int64_t y = oy * s.strideH + ky - s.padTop;
      for (int64_t kx = 0; kx < s.kernelWidth && y >= 0 && y < s.inHeight; ++kx) {
        int64_t x = ox * s.strideW + kx - s.padLeft;
        if (x < 0 || x >= s.inWidth)
          continue;
        const T *in = src + ((n * s.inHeight + y) * s.inWidth + x) * s.inChannels + o / groupOut * groupIn;
        const T *w = weights + ((o * s.kernelHeight + ky) * s.kernelWidth + kx) * groupIn;
        for (int64_t c = 0; c < groupIn; ++c)
          sum += widened(in[c]) * widened(w[c]);
      }
    }
    assign(dst[i], sum);
  }
}

// One thread an element of the input. A pixel y of it met the tap ky of the result's pixel (y + padTop - ky) / strideH,
// where that is whole.
template <typename T, typename R>
__global__ void directInputGradientKernel(R *src, const T *dst, const T *weights, ConvSizes s, uint64_t count) {
  int64_t groupIn = s.inChannels / s.groups, groupOut = s.outChannels / s.groups;
  for (uint64_t i = firstElement(); i < count; i += elementStep()) {
    int64_t c = i % s.inChannels, pixel = i / s.inChannels;
    int64_t x = pixel % s.inWidth, y = pixel / s.inWidth % s.inHeight, n = pixel / (s.inWidth * s.inHeight);
    int64_t firstOut = c / groupIn * groupOut;
    float sum = 0;
    for (int64_t ky = 0; ky < s.kernelHeight; ++ky) {
      int64_t top = y + s.padTop - ky, oy = top / s.strideH;
      for (int64_t kx = 0; kx < s.kernelWidth && top >= 0 && top % s.strideH == 0 && oy < s.outHeight; ++kx) {
        int64_t left = x + s.padLeft - kx, ox = left / s.strideW;
        if (left < 0 || left % s.strideW != 0 || ox >= s.outWidth)
          continue;
        const T *out = dst + ((n * s.outHeight + oy) * s.outWidth + ox) * s.outChannels;
        for (int64_t o = firstOut; o < firstOut + groupOut; ++o)
          sum += widened(out[o]) *
                 widened(weights[((o * s.kernelHeight + ky) * s.kernelWidth + kx) * groupIn + c % groupIn]);
      }
    }
    assign(src[i], sum);
  }
}

// One block a weight: its threads add up the pixels, then each other's sums, always in the same order.
template <typename T, typename R>
__global__ void directWeightGradientKernel(R *weights, const T *src, const T *dst, ConvSizes s) {
  __shared__ float sums[threads];
  int64_t groupIn = s.inChannels / s.groups, groupOut = s.outChannels / s.groups;
  int64_t i = blockIdx.x, channel = i % groupIn, kx = i / groupIn % s.kernelWidth;
  int64_t ky = i / (groupIn * s.kernelWidth) % s.kernelHeight, o = i / (groupIn * s.kernelWidth * s.kernelHeight);
  float sum = 0;
  for (int64_t pixel = threadIdx.x; pixel < s.batch * s.outHeight * s.outWidth; pixel += threads) {
    int64_t ox = pixel % s.outWidth, oy = pixel / s.outWidth % s.outHeight, n = pixel / (s.outWidth * s.outHeight);
    int64_t y = oy * s.strideH + ky - s.padTop, x = ox * s.strideW + kx - s.padLeft;
    if (y >= 0 && y < s.inHeight && x >= 0 && x < s.inWidth)
      sum += widened(src[((n * s.inHeight + y) * s.inWidth + x) * s.inChannels + o / groupOut * groupIn + channel]) *
             widened(dst[pixel * s.outChannels + o]);
  }
  sums[threadIdx.x] = sum;
  for (unsigned half = threads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half)
      sums[threadIdx.x] += sums[threadIdx.x + half];
  }
  if (threadIdx.x == 0)
    assign(weights[i], sums[0]);
}

constexpr int chains = 16; // more than latency times units of any processor
constexpr int chainLength = 1024;

__global__ void fmaChainsKernel(float *sink) {
  float sums[chains], start = static_cast<float>(threadIdx.x);
  for (int j = 0; j < chains; ++j)
    sums[j] = start + static_cast<float>(j);
  for (int i = 0; i < chainLength; ++i)
#pragma unroll
    for (int j = 0; j < chains; ++j)
      sums[j] = fmaf(sums[j], 0.999f, start);
  float total = 0;
  for (float sum : sums)
    total += sum;
  if (total == -1) // never: the sums are positive
    *sink = total;
}

// call(element) with an element of the type.
template <typename Call> void withType(ElementType type, const Call &call) {
  if (type == ElementType::BF16)
    call(Bf16());
  else
    call(float());
}

// call(factor, result)
template <typename Call> void withTypes(ElementType first, ElementType second, const Call &call) {
  withType(first, [&](auto a) { withType(second, [&](auto b) { call(a, b); }); });
}

template <typename T> bool isAligned(const void *pointer) {
  return reinterpret_cast<uintptr_t>(pointer) % sizeof(Elements<T, 4>) == 0;
}

template <typename T, int Width>
void startEpilogue(T *dst, const T *src, const float *bias, const T *residual, unsigned rows, unsigned channels,
                   const Epilogue &epilogue, cudaStream_t stream) {
  unsigned shift = 0;
  while ((1u << shift) < threads && (1u << shift) < channels / Width)
    ++shift;
  unsigned blocks = std::min((rows - 1) / (threads >> shift) + 1, mostBlocks);
  epilogueKernel<T, Width><<<blocks, threads, 0, stream>>>(dst, src, bias, residual, rows, channels, shift,
                                                           epilogue.activation, epilogue.alpha, epilogue.beta);
}

} // namespace

void launchEpilogue(ElementType type, void *dst, const void *src, const float *bias, const void *residual,
                    uint64_t rows, uint64_t channels, const Epilogue &epilogue, cudaStream_t stream) {
  withType(type, [&](auto element) {
    using T = decltype(element);
    bool wide =
        channels % 4 == 0 && isAligned<T>(dst) && isAligned<T>(src) && isAligned<float>(bias) && isAligned<T>(residual);
    auto start = wide ? startEpilogue<T, 4> : startEpilogue<T, 1>;
    start(static_cast<T *>(dst), static_cast<const T *>(src), bias, static_cast<const T *>(residual),
          static_cast<unsigned>(rows), static_cast<unsigned>(channels), epilogue, stream);
  });
  check(cudaGetLastError(), "epilogue");
}

void launchPackWeights(ElementType type, void *dst, const void *src, const ConvSizes &sizes, cudaStream_t stream) {
  uint64_t taps = static_cast<uint64_t>(sizes.kernelHeight * sizes.kernelWidth);
  withType(type, [&](auto element) {
    using T = decltype(element);
    packWeightsKernel<T><<<blocksFor(sizes.weightCount()), threads, 0, stream>>>(
        static_cast<T *>(dst), static_cast<const T *>(src), sizes.weightCount(),
        static_cast<uint64_t>(sizes.groupChannels()), taps);
  });
  check(cudaGetLastError(), "packing of weights");
}

void launchUnpackWeights(ElementType dstType, void *dst, ElementType srcType, const void *src, const ConvSizes &sizes,
                         cudaStream_t stream) {
  uint64_t taps = static_cast<uint64_t>(sizes.kernelHeight * sizes.kernelWidth);
  withTypes(srcType, dstType, [&](auto from, auto to) {
    using From = decltype(from);
    using To = decltype(to);
    unpackWeightsKernel<To, From><<<blocksFor(sizes.weightCount()), threads, 0, stream>>>(
        static_cast<To *>(dst), static_cast<const From *>(src), sizes.weightCount(),
        static_cast<uint64_t>(sizes.groupChannels()), taps);
  });
  check(cudaGetLastError(), "unpacking of weights");
}

void launchConversion(ElementType dstType, void *dst, ElementType srcType, const void *src, uint64_t count,
                      cudaStream_t stream) {
  withTypes(srcType, dstType, [&](auto from, auto to) {
    using From = decltype(from);
    using To = decltype(to);
    conversionKernel<To, From>
        <<<blocksFor(count), threads, 0, stream>>>(static_cast<To *>(dst), static_cast<const From *>(src), count);
  });
  check(cudaGetLastError(), "conversion");
}

void launchDirectConv(ProductTypes types, void *dst, const void *src, const void *weights, const ConvSizes &sizes,
                      cudaStream_t stream) {
  withTypes(types.factors, types.result, [&](auto factor, auto result) {
    using T = decltype(factor);
    using R = decltype(result);
    directConvKernel<T, R><<<blocksFor(sizes.outputCount()), threads, 0, stream>>>(
        static_cast<R *>(dst), static_cast<const T *>(src), static_cast<const T *>(weights), sizes,
        sizes.outputCount());
  });
  check(cudaGetLastError(), "direct convolution");
}

void launchDirectInputGradient(ProductTypes types, void *src, const void *dst, const void *weights,
                               const ConvSizes &sizes, cudaStream_t stream) {
  withTypes(types.factors, types.result, [&](auto factor, auto result) {
    using T = decltype(factor);
    using R = decltype(result);
    directInputGradientKernel<T, R><<<blocksFor(sizes.inputCount()), threads, 0, stream>>>(
        static_cast<R *>(src), static_cast<const T *>(dst), static_cast<const T *>(weights), sizes, sizes.inputCount());
  });
  check(cudaGetLastError(), "direct gradient of an input");
}

void launchDirectWeightGradient(ProductTypes types, void *weights, const void *src, const void *dst,
                                const ConvSizes &sizes, cudaStream_t stream) {
  unsigned blocks = static_cast<unsigned>(sizes.weightCount());
  withTypes(types.factors, types.result, [&](auto factor, auto result) {
    using T = decltype(factor);
    using R = decltype(result);
    directWeightGradientKernel<T, R><<<blocks, threads, 0, stream>>>(
        static_cast<R *>(weights), static_cast<const T *>(src), static_cast<const T *>(dst), sizes);
  });
  check(cudaGetLastError(), "direct gradient of weights");
}

double launchFmaChains(float *sink, uint64_t processors, cudaStream_t stream) {
  unsigned blocks = static_cast<unsigned>(processors * 8);
  fmaChainsKernel<<<blocks, threads, 0, stream>>>(sink);
  check(cudaGetLastError(), "multiply-adds");
  return 2.0 * chains * chainLength * threads * blocks;
}

} // namespace dpsims::cuda
