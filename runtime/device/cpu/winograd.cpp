// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/winograd.h"

#include "runtime/device/cpu/parallel.h"

#include <algorithm>

namespace dpsims::winograd {

namespace {

// What a thread's matrices may take: they are written and read again while they are in its caches.
constexpr int64_t blockBytes = 1 << 20;
// Fewer tiles than this for each thread: they had better share one block, so that the weights are read once.
constexpr int64_t fewTiles = 48;
// A result of so many bytes is written past the caches: nobody would find it there.
constexpr uint64_t largeResult = 8 << 20;
// Tiles that the weights' gradient sums at least before its sums go back to memory.
constexpr int64_t manyTiles = 64;
// In how many chunks threads share a block's tiles, and the weights' gradient.
constexpr int64_t tileChunks = 16, sumChunks = 32;

int64_t roundUp(int64_t x, int64_t step) { return (x + step - 1) / step * step; }

// Tiles whose matrices take so many bytes; at least rowStep.
int64_t tilesFor(int64_t bytes, const Tiling &tiling) {
  int64_t channels = Panels(tiling.src.c).padded() + Panels(tiling.dst.c).padded();
  int64_t tiles = bytes / (points * static_cast<int64_t>(sizeof(float)) * channels);
  return std::min(std::max(tiles / rowStep, int64_t(1)) * rowStep, roundUp(tiling.count, rowStep));
}

// Channels of a vector that are there.
int64_t countOf(const Panels &panels, int64_t vector) { return std::min(lanes, panels.channels - vector * lanes); }

} // namespace

//===-------------------------------------------------------------------------------------------------------------===//
// Tiles
//===-------------------------------------------------------------------------------------------------------------===//

Tiling::Tiling(const ImageShape &src, const ImageShape &dst, int64_t padTop, int64_t padLeft)
    : src(src), dst(dst), padTop(padTop), padLeft(padLeft), rows((dst.h + tileSize - 1) / tileSize),
      columns((dst.w + tileSize - 1) / tileSize), count(dst.n * rows * columns) {}

void Tiling::patch(int64_t tile, const char *image, const char *zeros, const char **pixels) const {
  tile = std::min(tile, count - 1);
  int64_t n = tile / (rows * columns), top = tile / columns % rows * tileSize - padTop;
  int64_t left = tile % columns * tileSize - padLeft;
  for (int64_t y = top; y < top + patchSize; ++y)
    for (int64_t x = left; x < left + patchSize; ++x) {
      bool inside = y >= 0 && x >= 0 && y < src.h && x < src.w;
      *pixels++ = inside ? image + ((n * src.h + y) * src.w + x) * src.c * src.elementBytes() : zeros;
    }
}

template <typename Char> void Tiling::tile(int64_t tile, Char *image, Char *beyond, Char **pixels) const {
  tile = std::min(tile, count - 1);
  int64_t n = tile / (rows * columns), top = tile / columns % rows * tileSize, left = tile % columns * tileSize;
  for (int64_t y = top; y < top + tileSize; ++y)
    for (int64_t x = left; x < left + tileSize; ++x) {
      bool inside = y < dst.h && x < dst.w;
      *pixels++ = inside ? image + ((n * dst.h + y) * dst.w + x) * dst.c * dst.elementBytes() : beyond;
    }
}

//===-------------------------------------------------------------------------------------------------------------===//
// Convolutions
//===-------------------------------------------------------------------------------------------------------------===//

struct Convolution::Block {
  int64_t first, count; // tiles
  float *patches, *products;
};

Convolution::Convolution(const ImageShape &src, const ImageShape &dst, int64_t padTop, int64_t padLeft, bool gradient,
                         Team &team)
    : tiling(src, dst, padTop, padLeft), gradient(gradient), team(team),
      together(team.size() > 1 && tiling.count < team.size() * fewTiles), weights(src.c, Panels(dst.c)),
      patches(0, Panels(src.c)), products(0, Panels(dst.c)), zeros(static_cast<size_t>(src.c * src.elementBytes())) {
  blockTiles = tilesFor(together ? team.size() * blockBytes : blockBytes, tiling);
  if (!together) { // as many blocks for each thread
    int64_t even = roundUp((tiling.count + blockTiles - 1) / blockTiles, team.size());
    blockTiles = roundUp((tiling.count + even - 1) / even, rowStep);
  }
  blocks = (tiling.count + blockTiles - 1) / blockTiles;
  patches.rows = products.rows = blockTiles;
  mayPass = dst.type == ElementType::F32 && dst.c % lanes == 0 &&
            static_cast<uint64_t>(dst.n * dst.h * dst.w * dst.c) * sizeof(float) >= largeResult;
}

uint64_t Convolution::workspaceBytes() const {
  return (patches.bytes() + products.bytes()) * static_cast<uint64_t>(together ? 1 : team.size());
}

void Convolution::pack(const float *from, float *packed) const {
  int64_t in = weights.rows, out = weights.panels.channels;
  int64_t inStride = gradient ? out * 9 : 9, outStride = gradient ? 9 : in * 9;
  const Panels &panels = weights.panels;
  shareRange(team, panels.count() * in, chunksFor(weights.bytes()), [&](int64_t begin, int64_t end) {
    for (int64_t unit = begin; unit < end; ++unit) {
      int64_t panel = unit / in, i = unit % in;
      for (int64_t v = 0; v < panels.width(panel); ++v) {
        int64_t vector = panels.start(panel) + v;
        transformWeights(from + vector * lanes * outStride + i * inStride, outStride, gradient, countOf(panels, vector),
                         packed + weights.offset(panel, i) + v * lanes, weights.plane());
      }
    }
  });
}

void Convolution::transformPatches(const Block &block, const char *src, int64_t begin, int64_t end) const {
  const char *pixels[2][points]; // this patch's and the next one's, in turns
  tiling.patch(block.first + begin, src, zeros.data(), pixels[begin & 1]);
  for (int64_t tile = begin; tile < end; ++tile) {
    const char **now = pixels[tile & 1], **next = pixels[~tile & 1];
    tiling.patch(block.first + tile + 1, src, zeros.data(), next);
    transformPatch(tiling.src.type, now, next, tiling.src.c, block.patches + tile * patches.panels.padded(),
                   patches.plane());
  }
}

// Units are counted (point, panel).
void Convolution::multiplyPoints(const Block &block, const float *packed, int64_t begin, int64_t end) const {
  const Panels &panels = weights.panels;
  for (int64_t unit = begin; unit < end; ++unit) {
    int64_t point = unit / panels.count(), panel = unit % panels.count();
    multiply(false, panels.width(panel), block.count, tiling.src.c, block.patches + point * patches.plane(),
             patches.panels.padded(), 1, packed + point * weights.plane() + weights.offset(panel),
             block.products + point * products.plane() + products.offset(panel));
  }
}

void Convolution::transformTiles(const Block &block, char *dst, const TileEpilogue &epilogue, int64_t begin,
                                 int64_t end) const {
  const Panels &panels = products.panels;
  char *pixels[tileSize * tileSize];
  for (int64_t tile = begin; tile < end; ++tile) {
    tiling.tile<char>(block.first + tile, dst, nullptr, pixels);
    for (int64_t panel = 0; panel < panels.count(); ++panel)
      for (int64_t v = 0; v < panels.width(panel); ++v) {
        int64_t vector = panels.start(panel) + v;
        transformTile(tiling.dst.type, block.products + products.offset(panel, tile) + v * lanes, products.plane(),
                      pixels, vector * lanes, countOf(panels, vector), epilogue);
      }
  }
  if (epilogue.past)
    storeFence();
}

void Convolution::run(const void *from, const float *packed, void *to, TileEpilogue epilogue, float *workspace) const {
  const char *src = static_cast<const char *>(from);
  char *dst = static_cast<char *>(to);
  epilogue.past = mayPass && reinterpret_cast<uintptr_t>(dst) % (lanes * sizeof(float)) == 0;
  int64_t units = points * weights.panels.count();
  auto blockAt = [&](int64_t index, float *memory) {
    int64_t first = index * blockTiles;
    return Block{first, std::min(blockTiles, tiling.count - first), memory, memory + patches.size()};
  };
  if (!together) {
    team.run(blocks, [&](int64_t index, int thread) {
      Block block = blockAt(index, workspace + thread * (patches.size() + products.size()));
      transformPatches(block, src, 0, block.count);
      multiplyPoints(block, packed, 0, units);
      transformTiles(block, dst, epilogue, 0, block.count);
    });
    return;
  }
  for (int64_t i = 0; i < blocks; ++i) {
    Block block = blockAt(i, workspace);
    shareRange(team, block.count, tileChunks,
               [&](int64_t begin, int64_t end) { transformPatches(block, src, begin, end); });
    team.run(units, [&](int64_t unit, int) { multiplyPoints(block, packed, unit, unit + 1); });
    shareRange(team, block.count, tileChunks,
               [&](int64_t begin, int64_t end) { transformTiles(block, dst, epilogue, begin, end); });
  }
}

//===-------------------------------------------------------------------------------------------------------------===//
// Gradients of weights
//===-------------------------------------------------------------------------------------------------------------===//

WeightGradient::WeightGradient(const ImageShape &src, const ImageShape &gradient, int64_t padTop, int64_t padLeft,
                               Team &team)
    : tiling(src, gradient, padTop, padLeft), team(team),
      blockTiles(std::min(std::max(tilesFor(team.size() * blockBytes, tiling), manyTiles), tiling.count)),
      patches(blockTiles, Panels(src.c)), gradients(blockTiles, Panels(gradient.c)),
      sums(patches.panels.padded(), Panels(gradient.c)),
      zeros(static_cast<size_t>(std::max(src.c, gradient.c)) * sizeof(float)) {}

void WeightGradient::transformTiles(int64_t first, const char *src, const char *gradient, float *workspace,
                                    int64_t begin, int64_t end) const {
  const Panels &panels = gradients.panels;
  float *patchMemory = workspace, *gradientMemory = workspace + patches.size();
  const char *patch[2][points], *result[2][tileSize * tileSize]; // this tile's and the next one's, in turns
  tiling.patch(first + begin, src, zeros.data(), patch[begin & 1]);
  tiling.tile(first + begin, gradient, zeros.data(), result[begin & 1]);
  for (int64_t tile = begin; tile < end; ++tile) {
    int64_t now = tile & 1, next = ~tile & 1;
    tiling.patch(first + tile + 1, src, zeros.data(), patch[next]);
    tiling.tile(first + tile + 1, gradient, zeros.data(), result[next]);
    transformPatch(tiling.src.type, patch[now], patch[next], tiling.src.c, patchMemory + tile * patches.panels.padded(),
                   patches.plane());
    for (int64_t panel = 0; panel < panels.count(); ++panel)
      for (int64_t v = 0; v < panels.width(panel); ++v) {
        int64_t vector = panels.start(panel) + v;
        transformGradient(tiling.dst.type, result[now], result[next], vector * lanes, countOf(panels, vector),
                          gradientMemory + gradients.offset(panel, tile) + v * lanes, gradients.plane());
      }
  }
}

// Units are counted (point, panel).
void WeightGradient::multiplyPoints(int64_t tiles, bool accumulate, float *workspace, int64_t begin,
                                    int64_t end) const {
  const Panels &panels = gradients.panels;
  const float *patchMemory = workspace, *gradientMemory = workspace + patches.size();
  float *sumMemory = workspace + patches.size() + gradients.size();
  for (int64_t unit = begin; unit < end; ++unit) {
    int64_t point = unit / panels.count(), panel = unit % panels.count();
    multiply(accumulate, panels.width(panel), sums.rows, tiles, patchMemory + point * patches.plane(), 1,
             patches.panels.padded(), gradientMemory + point * gradients.plane() + gradients.offset(panel),
             sumMemory + point * sums.plane() + sums.offset(panel));
  }
}

// Units are counted (panel, channel of the input): neighbors are neighbors in OIHW.
void WeightGradient::transformSums(const float *memory, float *dst, int64_t begin, int64_t end) const {
  const Panels &panels = sums.panels;
  int64_t in = tiling.src.c;
  for (int64_t unit = begin; unit < end; ++unit) {
    int64_t panel = unit / in, i = unit % in;
    for (int64_t v = 0; v < panels.width(panel); ++v) {
      int64_t vector = panels.start(panel) + v;
      transformWeightGradient(memory + sums.offset(panel, i) + v * lanes, sums.plane(),
                              dst + (vector * lanes * in + i) * 9, in * 9, countOf(panels, vector));
    }
  }
}

void WeightGradient::run(const void *images, const void *results, float *dst, float *workspace) const {
  const char *src = static_cast<const char *>(images), *gradient = static_cast<const char *>(results);
  int64_t units = points * gradients.panels.count();
  for (int64_t first = 0; first < tiling.count; first += blockTiles) {
    int64_t tiles = std::min(blockTiles, tiling.count - first);
    shareRange(team, tiles, tileChunks,
               [&](int64_t begin, int64_t end) { transformTiles(first, src, gradient, workspace, begin, end); });
    team.run(units, [&](int64_t unit, int) { multiplyPoints(tiles, first > 0, workspace, unit, unit + 1); });
  }
  shareRange(team, sums.panels.count() * tiling.src.c, sumChunks, [&](int64_t begin, int64_t end) {
    transformSums(workspace + patches.size() + gradients.size(), dst, begin, end);
  });
}

} // namespace dpsims::winograd
