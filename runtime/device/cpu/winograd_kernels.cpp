// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/winograd_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Only these functions are compiled for AVX-512: nothing else of the program may need it.
#define DPSIMS_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))
#define DPSIMS_AVX512_INLINE __attribute__((target("avx512f,avx512bw,avx512vl"), always_inline)) inline

namespace dpsims::winograd {

namespace {

using Vector = __m512;

// The algorithm's points are 0, p, -p, q, -q and infinity. These two give smaller errors than 1 and 2, and their powers
// are exact.
constexpr float p = 0.625f, q = 1.5f;
constexpr float p2 = p * p, p3 = p2 * p, q2 = q * q, q3 = q2 * q;
// The rows of G are divided by these.
constexpr float norm0 = p2 * q2, normP = 2 * p2 * (p2 - q2), normQ = 2 * q2 * (q2 - p2);

DPSIMS_AVX512_INLINE Vector splat(float x) { return _mm512_set1_ps(x); }
DPSIMS_AVX512_INLINE Vector madd(float a, Vector b, Vector c) { return _mm512_fmadd_ps(splat(a), b, c); } // a b + c
DPSIMS_AVX512_INLINE Vector nmadd(float a, Vector b, Vector c) { return _mm512_fnmadd_ps(splat(a), b, c); }
DPSIMS_AVX512_INLINE Vector load(const float *from, __mmask16 mask) { return _mm512_maskz_loadu_ps(mask, from); }
DPSIMS_AVX512_INLINE __mmask16 maskOf(int64_t count) {
  return count >= lanes ? __mmask16(0xffff) : __mmask16((1 << count) - 1);
}

//===-------------------------------------------------------------------------------------------------------------===//
// The matrices, on columns of vectors
//===-------------------------------------------------------------------------------------------------------------===//

// r = B^T d
DPSIMS_AVX512_INLINE void timesB(const Vector *d, Vector *r) {
  Vector evenQ = nmadd(q2, d[2], d[4]), oddQ = nmadd(q2, d[1], d[3]);
  Vector evenP = nmadd(p2, d[2], d[4]), oddP = nmadd(p2, d[1], d[3]);
  r[0] = madd(p2 * q2, d[0], nmadd(p2 + q2, d[2], d[4]));
  r[1] = madd(p, oddQ, evenQ);
  r[2] = nmadd(p, oddQ, evenQ);
  r[3] = madd(q, oddP, evenP);
  r[4] = nmadd(q, oddP, evenP);
  r[5] = madd(p2 * q2, d[1], nmadd(p2 + q2, d[3], d[5]));
}

// y = A^T m
DPSIMS_AVX512_INLINE void timesATransposed(const Vector *m, Vector *y) {
  Vector sumP = m[1] + m[2], differenceP = m[1] - m[2], sumQ = m[3] + m[4], differenceQ = m[3] - m[4];
  y[0] = m[0] + sumP + sumQ;
  y[1] = madd(p, differenceP, splat(q) * differenceQ);
  y[2] = madd(p2, sumP, splat(q2) * sumQ);
  y[3] = madd(p3, differenceP, madd(q3, differenceQ, m[5]));
}

// m = A y
DPSIMS_AVX512_INLINE void timesA(const Vector *y, Vector *m) {
  Vector evenP = madd(p2, y[2], y[0]), oddP = madd(p2, y[3], y[1]);
  Vector evenQ = madd(q2, y[2], y[0]), oddQ = madd(q2, y[3], y[1]);
  m[0] = y[0];
  m[1] = madd(p, oddP, evenP);
  m[2] = nmadd(p, oddP, evenP);
  m[3] = madd(q, oddQ, evenQ);
  m[4] = nmadd(q, oddQ, evenQ);
  m[5] = y[3];
}

// u = G g
DPSIMS_AVX512_INLINE void timesG(const Vector *g, Vector *u) {
  Vector evenP = madd(p2, g[2], g[0]) * splat(1 / normP), oddP = g[1] * splat(p / normP);
  Vector evenQ = madd(q2, g[2], g[0]) * splat(1 / normQ), oddQ = g[1] * splat(q / normQ);
  u[0] = g[0] * splat(1 / norm0);
  u[1] = evenP + oddP;
  u[2] = evenP - oddP;
  u[3] = evenQ + oddQ;
  u[4] = evenQ - oddQ;
  u[5] = g[2];
}

// g = G^T u
DPSIMS_AVX512_INLINE void timesGTransposed(const Vector *u, Vector *g) {
  Vector sumP = u[1] + u[2], differenceP = u[1] - u[2], sumQ = u[3] + u[4], differenceQ = u[3] - u[4];
  g[0] = madd(1 / norm0, u[0], madd(1 / normP, sumP, splat(1 / normQ) * sumQ));
  g[1] = madd(p / normP, differenceP, splat(q / normQ) * differenceQ);
  g[2] = madd(p2 / normP, sumP, madd(q2 / normQ, sumQ, u[5]));
}

// store(i, element i of M x M^T), where load(i) gives the elements of the square x and `times` multiplies with M.
template <int from, int to, void (*times)(const Vector *, Vector *), typename Load, typename Store>
DPSIMS_AVX512_INLINE void transform(const Load &load, const Store &store) {
  Vector half[to][from];
  for (int column = 0; column < from; ++column) {
    Vector in[from], out[to];
    for (int row = 0; row < from; ++row)
      in[row] = load(row * from + column);
    times(in, out);
    for (int row = 0; row < to; ++row)
      half[row][column] = out[row];
  }
  for (int row = 0; row < to; ++row) {
    Vector out[to];
    times(half[row], out);
    for (int column = 0; column < to; ++column)
      store(row * to + column, out[column]);
  }
}

//===-------------------------------------------------------------------------------------------------------------===//
// Where vectors come from and go to
//===-------------------------------------------------------------------------------------------------------------===//

// Elements as they lie in memory.
struct F32 {
  static constexpr int64_t size = 4;
  static DPSIMS_AVX512_INLINE Vector load(const char *from, __mmask16 mask) {
    return _mm512_maskz_loadu_ps(mask, reinterpret_cast<const float *>(from));
  }
  static DPSIMS_AVX512_INLINE void store(char *to, __mmask16 mask, Vector x) {
    _mm512_mask_storeu_ps(reinterpret_cast<float *>(to), mask, x);
  }
};

// GCC 12 warns of the intrinsics without a mask.
struct Bf16 {
  static constexpr int64_t size = 2;
  static constexpr __mmask16 all = 0xffff;
  static DPSIMS_AVX512_INLINE Vector load(const char *from, __mmask16 mask) {
    const __m512i bits = _mm512_maskz_cvtepu16_epi32(all, _mm256_maskz_loadu_epi16(mask, from));
    return _mm512_castsi512_ps(_mm512_maskz_slli_epi32(all, bits, 16));
  }
  // To nearest, halves to even.
  static DPSIMS_AVX512_INLINE void store(char *to, __mmask16 mask, Vector x) {
    const __m512i bits = _mm512_castps_si512(x), one = _mm512_set1_epi32(1), half = _mm512_set1_epi32(0x7fff);
    const __m512i odd = _mm512_and_si512(_mm512_maskz_srli_epi32(all, bits, 16), one);
    const __m512i sum = _mm512_add_epi32(_mm512_add_epi32(bits, odd), half);
    const __mmask16 isNumber = _mm512_cmp_ps_mask(x, x, _CMP_ORD_Q);
    const __m512i rounded = _mm512_mask_srli_epi32(_mm512_set1_epi32(0x7fc0), isNumber, sum, 16);
    _mm512_mask_cvtepi32_storeu_epi16(to, mask, rounded);
  }
};

// Of a square of `size` pixels; fetches those of the next square that are not in its first `shared` columns.
template <typename Element, int size, int shared> struct LoadPixels {
  const char *const *pixels, *const *next;
  int64_t channel;
  __mmask16 mask;
  DPSIMS_AVX512_INLINE Vector operator()(int i) const {
    if (i % size >= shared)
      _mm_prefetch(next[i] + channel * Element::size, _MM_HINT_T0);
    return Element::load(pixels[i] + channel * Element::size, mask);
  }
};

struct LoadPlanes {
  const float *src;
  int64_t plane;
  DPSIMS_AVX512_INLINE Vector operator()(int i) const { return _mm512_loadu_ps(src + i * plane); }
};

struct StorePlanes {
  float *dst;
  int64_t plane;
  DPSIMS_AVX512_INLINE void operator()(int i, Vector x) const { _mm512_storeu_ps(dst + i * plane, x); }
};

// 0, stride, 2 stride, ...
DPSIMS_AVX512_INLINE __m512i multiplesOf(int64_t stride) {
  const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  return _mm512_mullo_epi32(lane, _mm512_set1_epi32(static_cast<int>(stride)));
}

struct GatherWeights {
  const float *weights;
  __m512i offsets;
  bool rotated;
  __mmask16 mask;
  DPSIMS_AVX512_INLINE Vector operator()(int i) const {
    return _mm512_mask_i32gather_ps(_mm512_setzero_ps(), mask, offsets, weights + (rotated ? 8 - i : i), sizeof(float));
  }
};

struct ScatterWeights {
  float *weights;
  __m512i offsets;
  __mmask16 mask;
  DPSIMS_AVX512_INLINE void operator()(int i, Vector x) const {
    _mm512_mask_i32scatter_ps(weights + i, mask, offsets, x, sizeof(float));
  }
};

// x where `compare` holds between x and y, else y. The comparisons below hold for what is not a number: it stays.
template <int compare> DPSIMS_AVX512_INLINE Vector select(Vector x, Vector y) {
  return _mm512_mask_mov_ps(y, _mm512_cmp_ps_mask(x, y, compare), x);
}

template <Activation activation> DPSIMS_AVX512_INLINE Vector activate(Vector x, float alpha, float beta) {
  if constexpr (activation == Activation::Relu)
    return select<_CMP_NLE_UQ>(x, _mm512_setzero_ps());
  if constexpr (activation == Activation::LeakyRelu)
    return _mm512_mask_mul_ps(x, _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_NGT_UQ), x, splat(alpha));
  if constexpr (activation == Activation::Clamp)
    return select<_CMP_NGE_UQ>(select<_CMP_NLE_UQ>(x, splat(alpha)), splat(beta));
  return x;
}

template <typename Element, Activation activation> struct StoreTile {
  char *const *pixels;
  int64_t channel;
  __mmask16 mask;
  const TileEpilogue &epilogue;
  Vector bias;

  DPSIMS_AVX512_INLINE void operator()(int i, Vector x) const {
    char *dst = pixels[i];
    if (!dst)
      return;
    dst += channel * Element::size;
    x = activate<activation>(x + bias, epilogue.epilogue.alpha, epilogue.epilogue.beta);
    if (epilogue.residual)
      x = x + Element::load(epilogue.residual + (dst - epilogue.result), mask);
    if (epilogue.past)
      _mm512_stream_ps(reinterpret_cast<float *>(dst), x);
    else
      Element::store(dst, mask, x);
  }
};

template <typename Element, Activation activation>
DPSIMS_AVX512 void storeTile(const LoadPlanes &tile, char *const *pixels, int64_t channel, int64_t count,
                             const TileEpilogue &epilogue) {
  __mmask16 mask = maskOf(count);
  Vector bias = epilogue.bias ? load(epilogue.bias + channel, mask) : _mm512_setzero_ps();
  transform<patchSize, tileSize, timesATransposed>(
      tile, StoreTile<Element, activation>{pixels, channel, mask, epilogue, bias});
}

//===-------------------------------------------------------------------------------------------------------------===//
// Products
//===-------------------------------------------------------------------------------------------------------------===//

// `height` rows of the product, in registers.
template <int height, int width, bool accumulate>
DPSIMS_AVX512 void multiplyRows(int64_t depth, const float *a, int64_t rowStride, int64_t depthStride, const float *b,
                                float *c) {
  Vector sums[height][width];
  for (int i = 0; i < height; ++i)
    for (int j = 0; j < width; ++j)
      sums[i][j] = accumulate ? _mm512_loadu_ps(c + (i * width + j) * lanes) : _mm512_setzero_ps();
  for (int64_t k = 0; k < depth; ++k, a += depthStride, b += width * lanes) {
    Vector right[width];
    for (int j = 0; j < width; ++j)
      right[j] = _mm512_loadu_ps(b + j * lanes);
    for (int i = 0; i < height; ++i) {
      Vector left = splat(a[i * rowStride]);
      for (int j = 0; j < width; ++j)
        sums[i][j] = _mm512_fmadd_ps(left, right[j], sums[i][j]);
    }
  }
  for (int i = 0; i < height; ++i)
    for (int j = 0; j < width; ++j)
      _mm512_storeu_ps(c + (i * width + j) * lanes, sums[i][j]);
}

// Heights that fill the registers and divide rowStep.
template <int width> constexpr int heightOf = width == 1 ? 16 : width == 4 ? 4 : 8;

template <int width, bool accumulate>
void multiplyPanel(int64_t rows, int64_t depth, const float *a, int64_t rowStride, int64_t depthStride, const float *b,
                   float *c) {
  constexpr int height = heightOf<width>;
  static_assert(rowStep % height == 0);
  for (int64_t row = 0; row < rows; row += height)
    multiplyRows<height, width, accumulate>(depth, a + row * rowStride, rowStride, depthStride, b,
                                            c + row * width * lanes);
}

} // namespace

bool isAvailable() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

void storeFence() { _mm_sfence(); }

namespace {

template <typename Element>
DPSIMS_AVX512 void transformPatchOf(const char *const *pixels, const char *const *next, int64_t channels, float *dst,
                                    int64_t plane) {
  using Load = LoadPixels<Element, patchSize, patchSize - tileSize>;
  for (int64_t channel = 0; channel < channels; channel += lanes)
    transform<patchSize, patchSize, timesB>(Load{pixels, next, channel, maskOf(channels - channel)},
                                            StorePlanes{dst + channel, plane});
}

template <typename Element>
DPSIMS_AVX512 void transformGradientOf(const char *const *pixels, const char *const *next, int64_t channel,
                                       int64_t count, float *dst, int64_t plane) {
  transform<tileSize, patchSize, timesA>(LoadPixels<Element, tileSize, 0>{pixels, next, channel, maskOf(count)},
                                         StorePlanes{dst, plane});
}

template <typename Element>
void transformTileOf(const float *src, int64_t plane, char *const *pixels, int64_t channel, int64_t count,
                     const TileEpilogue &epilogue) {
  LoadPlanes tile{src, plane};
  const Activation activation = epilogue.epilogue.activation;
  if (activation == Activation::Relu)
    return storeTile<Element, Activation::Relu>(tile, pixels, channel, count, epilogue);
  if (activation == Activation::LeakyRelu)
    return storeTile<Element, Activation::LeakyRelu>(tile, pixels, channel, count, epilogue);
  if (activation == Activation::Clamp)
    return storeTile<Element, Activation::Clamp>(tile, pixels, channel, count, epilogue);
  storeTile<Element, Activation::None>(tile, pixels, channel, count, epilogue);
}

} // namespace

void transformPatch(ElementType type, const char *const *pixels, const char *const *next, int64_t channels, float *dst,
                    int64_t plane) {
  auto *transform = type == ElementType::BF16 ? transformPatchOf<Bf16> : transformPatchOf<F32>;
  transform(pixels, next, channels, dst, plane);
}

void transformGradient(ElementType type, const char *const *pixels, const char *const *next, int64_t channel,
                       int64_t count, float *dst, int64_t plane) {
  auto *transform = type == ElementType::BF16 ? transformGradientOf<Bf16> : transformGradientOf<F32>;
  transform(pixels, next, channel, count, dst, plane);
}

void transformTile(ElementType type, const float *src, int64_t plane, char *const *pixels, int64_t channel,
                   int64_t count, const TileEpilogue &epilogue) {
  auto *transform = type == ElementType::BF16 ? transformTileOf<Bf16> : transformTileOf<F32>;
  transform(src, plane, pixels, channel, count, epilogue);
}

DPSIMS_AVX512 void transformWeights(const float *weights, int64_t stride, bool rotated, int64_t count, float *dst,
                                    int64_t plane) {
  transform<3, patchSize, timesG>(GatherWeights{weights, multiplesOf(stride), rotated, maskOf(count)},
                                  StorePlanes{dst, plane});
}

DPSIMS_AVX512 void transformWeightGradient(const float *src, int64_t plane, float *weights, int64_t stride,
                                           int64_t count) {
  transform<patchSize, 3, timesGTransposed>(LoadPlanes{src, plane},
                                            ScatterWeights{weights, multiplesOf(stride), maskOf(count)});
}

void multiply(bool accumulate, int64_t width, int64_t rows, int64_t depth, const float *a, int64_t rowStride,
              int64_t depthStride, const float *b, float *c) {
  using Function = void (*)(int64_t, int64_t, const float *, int64_t, int64_t, const float *, float *);
  static constexpr Function functions[2][maxWidth] = {
      {multiplyPanel<1, false>, multiplyPanel<2, false>, multiplyPanel<3, false>, multiplyPanel<4, false>},
      {multiplyPanel<1, true>, multiplyPanel<2, true>, multiplyPanel<3, true>, multiplyPanel<4, true>}};
  functions[accumulate][width - 1](rows, depth, a, rowStride, depthStride, b, c);
}

} // namespace dpsims::winograd

#else // Another architecture: the convolutions of the library are all there is.

namespace dpsims::winograd {

bool isAvailable() { return false; }
void storeFence() {}
void transformPatch(ElementType, const char *const *, const char *const *, int64_t, float *, int64_t) {}
void transformGradient(ElementType, const char *const *, const char *const *, int64_t, int64_t, float *, int64_t) {}
void transformTile(ElementType, const float *, int64_t, char *const *, int64_t, int64_t, const TileEpilogue &) {}
void transformWeights(const float *, int64_t, bool, int64_t, float *, int64_t) {}
void transformWeightGradient(const float *, int64_t, float *, int64_t, int64_t) {}
void multiply(bool, int64_t, int64_t, int64_t, const float *, int64_t, int64_t, const float *, float *) {}

} // namespace dpsims::winograd

#endif
