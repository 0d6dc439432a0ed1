// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pictures for people: label maps in color, overlays, sheets of tiles with captions.

#ifndef DPSIMS_RUNTIME_IMAGE_CANVAS_H
#define DPSIMS_RUNTIME_IMAGE_CANVAS_H

#include "runtime/image/image.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dpsims {

/// `count` colors 0xRRGGBB that can be told apart; the same on every machine.
std::vector<uint32_t> makePalette(int count);

/// The label map in colors 0xRRGGBB; ids without a color (ignored ones) are black.
RgbImage colorize(const LabelMap &labels, const std::vector<uint32_t> &palette);

/// `opacity` (0 to 1) of `over` upon `image`. Error: the sizes differ.
RgbImage blend(const RgbImage &image, const RgbImage &over, double opacity);

/// Colors the pixels whose right or lower neighbor has another id. Error: the sizes differ.
void drawEdges(RgbImage &image, const LabelMap &instances, uint32_t color);

/// A picture to draw on. What lies outside is left out.
class Canvas {
public:
  Canvas(int width, int height, uint32_t background = 0xffffff);

  void paste(const RgbImage &image, int x, int y);
  void fill(int x, int y, int width, int height, uint32_t color);
  /// Letters (small ones are shown as capitals), digits and signs of textHeight * scale pixels; (x, y) is the upper
  /// left corner. A character that the font lacks is a box.
  void write(std::string_view text, int x, int y, uint32_t color = 0, int scale = 1);

  static constexpr int textHeight = 7;
  static int textWidth(std::string_view text, int scale = 1);

  const RgbImage &picture() const { return image; }

private:
  RgbImage image;
};

struct Tile {
  RgbImage image;
  std::string caption; ///< above the tile, cut to its width; a row without any has no room for them
};

/// Tiles row by row; a column is as wide as its widest tile, a row as high as its highest. Error: no tiles.
RgbImage tileSheet(const std::vector<Tile> &tiles, int columns);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_IMAGE_CANVAS_H
