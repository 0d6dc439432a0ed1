// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The inner loops of Winograd's algorithm F(4x4, 3x3), in AVX-512.
//
// A tile is 4x4 pixels of a convolution's result; its patch are the 6x6 pixels of the input that it depends on. With
// the algorithm's matrices A, B and G the tile is A^T [(G g G^T) * (B^T d B)] A, where d is the patch, g are the
// weights and
// * multiplies each of the 36 elements, the points: summed over the input's channels that is, for each point, a matrix
// product over many tiles. The gradient of the weights is G^T [(B^T d B) * (A y A^T)] G, summed over the tiles y of the
// result's gradient: again 36 matrix products.
//
// Channels are worked on in vectors of 16; `count` says how many of a vector's channels there are, the others count as
// zeros. `plane` is the distance, in floats, of the matrices of two points. Pixels are of F32 or BF16, matrices of f32.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_WINOGRAD_KERNELS_H
#define DPSIMS_RUNTIME_DEVICE_CPU_WINOGRAD_KERNELS_H

#include "runtime/format/model.h"

#include <cstdint>

namespace dpsims::winograd {

constexpr int64_t tileSize = 4;
constexpr int64_t patchSize = 6;
constexpr int64_t points = patchSize * patchSize;
constexpr int64_t lanes = 16;
constexpr int64_t maxWidth = 4; // vectors of a panel, see multiply
constexpr int64_t rowStep = 16; // see multiply

/// Does this processor have the instructions?
bool isAvailable();

/// dst = B^T d B, for all channels of a patch, one vector after the other. `pixels`: 36 addresses, row after row;
/// `next`: those of the patch to come, on its right as a rule, which are fetched meanwhile.
void transformPatch(ElementType type, const char *const *pixels, const char *const *next, int64_t channels, float *dst,
                    int64_t plane);

/// dst = A y A^T, for one vector of a tile. `pixels`, `next`: 16 addresses, `channel` elements before the vector.
void transformGradient(ElementType type, const char *const *pixels, const char *const *next, int64_t channel,
                       int64_t count, float *dst, int64_t plane);

/// What is done to a tile before it is stored: activation(tile + bias) + residual. The activation is a cheap one.
struct TileEpilogue {
  Epilogue epilogue;
  const float *bias = nullptr;    ///< all channels; null: none
  const char *residual = nullptr; ///< where `result` begins in the residual, of its type; null: none
  const char *result = nullptr;   ///< the first pixel's address
  bool past = false; ///< stores of f32 pass the caches; every vector is whole and aligned, and storeFence has to follow
};

/// Is the activation one that transformTile does?
constexpr bool isCheap(Activation activation) {
  return activation == Activation::None || activation == Activation::Relu || activation == Activation::LeakyRelu ||
         activation == Activation::Clamp;
}

/// A^T m A with the epilogue, for one vector of a tile. `pixels`: where 16 results go, `channel` elements before the
/// vector; null where nothing is stored.
void transformTile(ElementType type, const float *src, int64_t plane, char *const *pixels, int64_t channel,
                   int64_t count, const TileEpilogue &epilogue);

/// Makes stores that passed the caches visible to other threads.
void storeFence();

/// dst = G g G^T, for one channel of the input and one vector of the result. The weights of two of the result's
/// channels are `stride` floats apart. `rotated`: g is turned by 180 degrees.
void transformWeights(const float *weights, int64_t stride, bool rotated, int64_t count, float *dst, int64_t plane);

/// weights = G^T src G, the same way back.
void transformWeightGradient(const float *src, int64_t plane, float *weights, int64_t stride, int64_t count);

/// c (rows x width vectors) = a (rows x depth) b (depth x width vectors), or += with `accumulate`. b and c are panels:
/// their rows follow each other. Element (i, k) of a is a[i * rowStride + k * depthStride]. `width` is at most
/// maxWidth. More rows may be read and written: up to the next multiple of rowStep.
void multiply(bool accumulate, int64_t width, int64_t rows, int64_t depth, const float *a, int64_t rowStride,
              int64_t depthStride, const float *b, float *c);

} // namespace dpsims::winograd

#endif // DPSIMS_RUNTIME_DEVICE_CPU_WINOGRAD_KERNELS_H
