// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/blocked_layout.h"

#include "runtime/device/cpu/parallel.h"

#include <cstring>

namespace dpsims {

namespace {

constexpr int64_t block = 16;

// A row of pixels in one block of channels: the unit of work.
struct Row {
  int64_t plain;   // of the first pixel's first channel of the block, in NHWC
  int64_t blocked; // the same in the blocked form
  int64_t channels;
};

// Units are counted (n, h, c / 16): neighbours share the NHWC row, which stays in the cache.
Row rowAt(const ImageShape &shape, int64_t unit) {
  int64_t blocks = (shape.c + block - 1) / block;
  int64_t b = unit % blocks, h = unit / blocks % shape.h, n = unit / blocks / shape.h;
  Row row;
  row.plain = (n * shape.h + h) * shape.w * shape.c + b * block;
  row.blocked = ((n * blocks + b) * shape.h + h) * shape.w * block;
  row.channels = shape.c - b * block < block ? shape.c - b * block : block;
  return row;
}

int64_t rowCount(const ImageShape &shape) { return shape.n * shape.h * ((shape.c + block - 1) / block); }

int threadsFor(const ImageShape &shape, int threads) { return isSmallWork(shape.blockedBytes()) ? 1 : threads; }

template <Activation activation> float activate(float x, float alpha, float beta) {
  if constexpr (activation == Activation::Relu)
    return x > 0 ? x : 0;
  if constexpr (activation == Activation::LeakyRelu)
    return x > 0 ? x : x * alpha;
  if constexpr (activation == Activation::Clamp)
    return x < alpha ? alpha : x > beta ? beta : x;
  return x;
}

template <Activation activation, bool add>
void unblockRow(const ImageShape &shape, const Row &row, const float *src, const float *residual, float *dst,
                float alpha, float beta) {
  for (int64_t x = 0; x < shape.w; ++x) {
    const float *from = src + row.blocked + x * block;
    int64_t to = row.plain + x * shape.c;
    if (row.channels == block) {
      float values[block]; // a fixed count, and nothing that could alias: vector instructions
      for (int64_t c = 0; c < block; ++c)
        values[c] = activate<activation>(from[c], alpha, beta);
      if (add)
        for (int64_t c = 0; c < block; ++c)
          values[c] += residual[to + c];
      std::memcpy(dst + to, values, sizeof(values));
      continue;
    }
    for (int64_t c = 0; c < row.channels; ++c)
      dst[to + c] = activate<activation>(from[c], alpha, beta) + (add ? residual[to + c] : 0.0f);
  }
}

template <Activation activation>
void unblock(const ImageShape &shape, const float *src, const Epilogue &epilogue, const float *residual, float *dst,
             int threads) {
  float alpha = epilogue.alpha, beta = epilogue.beta;
  parallelFor(rowCount(shape), threadsFor(shape, threads), [&](int64_t begin, int64_t end) {
    for (int64_t unit = begin; unit < end; ++unit) {
      if (residual)
        unblockRow<activation, true>(shape, rowAt(shape, unit), src, residual, dst, alpha, beta);
      else
        unblockRow<activation, false>(shape, rowAt(shape, unit), src, residual, dst, alpha, beta);
    }
  });
}

} // namespace

void toBlocked(const ImageShape &shape, const float *src, float *dst, int threads) {
  parallelFor(rowCount(shape), threadsFor(shape, threads), [&](int64_t begin, int64_t end) {
    for (int64_t unit = begin; unit < end; ++unit) {
      Row row = rowAt(shape, unit);
      const float *from = src + row.plain;
      float *to = dst + row.blocked;
      for (int64_t x = 0; x < shape.w; ++x, from += shape.c, to += block) {
        if (row.channels == block) {
          std::memcpy(to, from, block * sizeof(float));
          continue;
        }
        for (int64_t c = 0; c < block; ++c)
          to[c] = c < row.channels ? from[c] : 0.0f;
      }
    }
  });
}

bool isCheap(Activation activation) { return activation <= Activation::Clamp; }

void fromBlocked(const ImageShape &shape, const float *src, const Epilogue &epilogue, const float *residual, float *dst,
                 int threads) {
  switch (epilogue.activation) {
  case Activation::Relu:
    return unblock<Activation::Relu>(shape, src, epilogue, residual, dst, threads);
  case Activation::LeakyRelu:
    return unblock<Activation::LeakyRelu>(shape, src, epilogue, residual, dst, threads);
  case Activation::Clamp:
    return unblock<Activation::Clamp>(shape, src, epilogue, residual, dst, threads);
  default:
    return unblock<Activation::None>(shape, src, epilogue, residual, dst, threads);
  }
}

} // namespace dpsims
