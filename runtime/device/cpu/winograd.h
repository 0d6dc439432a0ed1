// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 3x3 convolutions of stride 1 and their gradients by Winograd's algorithm, on NHWC images as they are. A result's bits
// do not depend on the number of threads.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_WINOGRAD_H
#define DPSIMS_RUNTIME_DEVICE_CPU_WINOGRAD_H

#include "runtime/device/cpu/team.h"
#include "runtime/device/cpu/winograd_kernels.h"

#include <cstdint>
#include <vector>

namespace dpsims::winograd {

/// Images of F32 or BF16, NHWC.
struct ImageShape {
  int64_t n = 0, h = 0, w = 0, c = 0;
  ElementType type = ElementType::F32;

  int64_t elementBytes() const { return type == ElementType::BF16 ? 2 : 4; }
};

/// How the channels of a matrix lie: in panels of at most maxWidth vectors of 16, of nearly equal width, a panel's rows
/// one after the other.
class Panels {
public:
  explicit Panels(int64_t channels) : channels(channels), vectors((channels + lanes - 1) / lanes) {}

  int64_t count() const { return (vectors + maxWidth - 1) / maxWidth; }
  /// A panel's first vector; the number of vectors for `count`.
  int64_t start(int64_t panel) const {
    int64_t base = vectors / count(), rest = vectors % count();
    return panel * base + (panel < rest ? panel : rest);
  }
  int64_t width(int64_t panel) const { return start(panel + 1) - start(panel); }
  /// Channels with those that fill the last vector.
  int64_t padded() const { return vectors * lanes; }

  int64_t channels, vectors;
};

/// Where the matrices of the 36 points lie.
struct Matrices {
  Matrices(int64_t rows, const Panels &panels) : rows(rows), panels(panels) {}

  int64_t rows;
  Panels panels;

  /// From one to the next, in floats: not a multiple of a page, or they would all meet in the same lines of the cache.
  int64_t plane() const { return rows * panels.padded() + lanes; }
  int64_t size() const { return points * plane(); }
  uint64_t bytes() const { return static_cast<uint64_t>(size()) * sizeof(float); }
  /// Of a panel, and of a row of it.
  int64_t offset(int64_t panel, int64_t row = 0) const {
    return (rows * panels.start(panel) + row * panels.width(panel)) * lanes;
  }
};

/// A convolution's result cut into tiles, and where their patches begin in the input.
struct Tiling {
  Tiling(const ImageShape &src, const ImageShape &dst, int64_t padTop, int64_t padLeft);

  ImageShape src, dst;
  int64_t padTop, padLeft; ///< may be negative
  int64_t rows, columns, count;

  /// The addresses of a patch's pixels; `zeros` for those beyond the image. The last tile's for tiles after it.
  void patch(int64_t tile, const char *image, const char *zeros, const char **pixels) const;
  /// The same of a tile's pixels; `beyond` for those beyond the image.
  template <typename Char> void tile(int64_t tile, Char *image, Char *beyond, Char **pixels) const;
};

/// dst = epilogue(src * weights). The gradient of a convolution's input is a convolution too: of the result's gradient,
/// with the weights turned and their channels exchanged, and paddings of 2 - padding.
class Convolution {
public:
  /// `gradient`: the weights given to pack are those of the convolution whose input's gradient this is. `team` must
  /// outlive the object.
  Convolution(const ImageShape &src, const ImageShape &dst, int64_t padTop, int64_t padLeft, bool gradient, Team &team);

  uint64_t weightBytes() const { return weights.bytes(); }
  uint64_t workspaceBytes() const;

  /// packed = the weights as `run` wants them; OIHW.
  void pack(const float *weights, float *packed) const;
  void run(const void *src, const float *packed, void *dst, TileEpilogue epilogue, float *workspace) const;

private:
  struct Block; // of tiles, and the matrices that belong to it

  void transformPatches(const Block &block, const char *src, int64_t begin, int64_t end) const;
  void multiplyPoints(const Block &block, const float *packed, int64_t begin, int64_t end) const;
  void transformTiles(const Block &block, char *dst, const TileEpilogue &epilogue, int64_t begin, int64_t end) const;

  Tiling tiling;
  bool gradient;
  Team &team;
  int64_t blockTiles, blocks;
  bool together; // all threads work on one block
  bool mayPass;  // the result may be written past the caches
  Matrices weights, patches, products;
  std::vector<char> zeros;
};

/// dst (OIHW) = the gradient of a convolution's weights, from its input and its result's gradient.
class WeightGradient {
public:
  /// `team` must outlive the object.
  WeightGradient(const ImageShape &src, const ImageShape &gradient, int64_t padTop, int64_t padLeft, Team &team);

  uint64_t workspaceBytes() const { return patches.bytes() + gradients.bytes() + sums.bytes(); }

  void run(const void *src, const void *gradient, float *dst, float *workspace) const;

private:
  void transformTiles(int64_t first, const char *src, const char *gradient, float *workspace, int64_t begin,
                      int64_t end) const;
  void multiplyPoints(int64_t tiles, bool accumulate, float *workspace, int64_t begin, int64_t end) const;
  void transformSums(const float *sums, float *dst, int64_t begin, int64_t end) const;

  Tiling tiling;
  Team &team;
  int64_t blockTiles;
  Matrices patches, gradients, sums;
  std::vector<char> zeros;
};

} // namespace dpsims::winograd

#endif // DPSIMS_RUNTIME_DEVICE_CPU_WINOGRAD_H
