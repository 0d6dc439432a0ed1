// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/canvas.h"

#include "runtime/base/error.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace dpsims {

static void setPixel(uint8_t *pixel, uint32_t color) {
  for (int shift : {16, 8, 0})
    *pixel++ = uint8_t(color >> shift);
}

//===-------------------------------------------------------------------------------------------------------------===//
// Label maps in color
//===-------------------------------------------------------------------------------------------------------------===//

// A hue of 0..1535 at full strength: red, yellow, green, cyan, blue, magenta.
static uint32_t hueChannel(uint32_t hue, uint32_t shift) {
  const uint32_t h = (hue + shift) % 1536;
  return h < 256 ? h : h < 768 ? 255 : h < 1024 ? 1023 - h : 0;
}

std::vector<uint32_t> makePalette(int count) {
  std::vector<uint32_t> palette;
  for (uint32_t i = 0; i < uint32_t(std::max(count, 0)); ++i) {
    // Steps of the golden ratio spread hues evenly, however many there are; neighbors differ in lightness too.
    const uint32_t hue = ((i * 0x9e3779b9u) >> 16) * 1536 >> 16;
    static constexpr uint32_t values[] = {230, 150, 255, 190}, grays[] = {20, 0, 90, 50};
    const uint32_t value = values[i % 4], gray = grays[i % 4];
    uint32_t color = 0;
    for (uint32_t shift : {512u, 0u, 1024u})
      color = color << 8 | (gray + hueChannel(hue, shift) * (value - gray) / 255);
    palette.push_back(color);
  }
  return palette;
}

RgbImage colorize(const LabelMap &labels, const std::vector<uint32_t> &palette) {
  RgbImage image{labels.width, labels.height, std::vector<uint8_t>(labels.ids.size() * 3)};
  uint8_t *pixel = image.pixels.data();
  for (int32_t id : labels.ids) {
    setPixel(pixel, id >= 0 && size_t(id) < palette.size() ? palette[size_t(id)] : 0);
    pixel += 3;
  }
  return image;
}

RgbImage blend(const RgbImage &image, const RgbImage &over, double opacity) {
  if (image.width != over.width || image.height != over.height)
    fail("cannot blend pictures of ", image.width, " x ", image.height, " and ", over.width, " x ", over.height);
  const int part = int(std::lround(std::clamp(opacity, 0.0, 1.0) * 256));
  RgbImage result = image;
  for (size_t i = 0; i < result.pixels.size(); ++i)
    result.pixels[i] = uint8_t((image.pixels[i] * (256 - part) + over.pixels[i] * part + 128) >> 8);
  return result;
}

void drawEdges(RgbImage &image, const LabelMap &instances, uint32_t color) {
  if (image.width != instances.width || image.height != instances.height)
    fail("cannot draw edges of ", instances.width, " x ", instances.height, " on a picture of ", image.width, " x ",
         image.height);
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) {
      const int32_t id = instances.at(x, y);
      if ((x + 1 < image.width && instances.at(x + 1, y) != id) ||
          (y + 1 < image.height && instances.at(x, y + 1) != id))
        setPixel(image.pixels.data() + (size_t(y) * size_t(image.width) + size_t(x)) * 3, color);
    }
}

//===-------------------------------------------------------------------------------------------------------------===//
// Letters
//===-------------------------------------------------------------------------------------------------------------===//

namespace {
/// Seven rows of five pixels; bit 4 is the left one.
struct Glyph {
  char character;
  uint8_t rows[7];
};
} // namespace

static constexpr int glyphWidth = 5, advance = 6;

static constexpr Glyph glyphs[] = {
    {'0', {016, 021, 023, 025, 031, 021, 016}}, {'1', {004, 014, 004, 004, 004, 004, 016}},
    {'2', {016, 021, 001, 002, 004, 010, 037}}, {'3', {016, 021, 001, 006, 001, 021, 016}},
    {'4', {002, 006, 012, 022, 037, 002, 002}}, {'5', {037, 020, 036, 001, 001, 021, 016}},
    {'6', {006, 010, 020, 036, 021, 021, 016}}, {'7', {037, 001, 002, 002, 004, 004, 004}},
    {'8', {016, 021, 021, 016, 021, 021, 016}}, {'9', {016, 021, 021, 017, 001, 002, 014}},
    {'A', {004, 012, 021, 021, 037, 021, 021}}, {'B', {036, 021, 021, 036, 021, 021, 036}},
    {'C', {016, 021, 020, 020, 020, 021, 016}}, {'D', {036, 021, 021, 021, 021, 021, 036}},
    {'E', {037, 020, 020, 036, 020, 020, 037}}, {'F', {037, 020, 020, 036, 020, 020, 020}},
    {'G', {016, 021, 020, 027, 021, 021, 016}}, {'H', {021, 021, 021, 037, 021, 021, 021}},
    {'I', {016, 004, 004, 004, 004, 004, 016}}, {'J', {007, 002, 002, 002, 002, 022, 014}},
    {'K', {021, 022, 024, 030, 024, 022, 021}}, {'L', {020, 020, 020, 020, 020, 020, 037}},
    {'M', {021, 033, 025, 025, 021, 021, 021}}, {'N', {021, 031, 031, 025, 023, 023, 021}},
    {'O', {016, 021, 021, 021, 021, 021, 016}}, {'P', {036, 021, 021, 036, 020, 020, 020}},
    {'Q', {016, 021, 021, 021, 025, 022, 015}}, {'R', {036, 021, 021, 036, 024, 022, 021}},
    {'S', {016, 021, 020, 016, 001, 021, 016}}, {'T', {037, 004, 004, 004, 004, 004, 004}},
    {'U', {021, 021, 021, 021, 021, 021, 016}}, {'V', {021, 021, 021, 021, 012, 012, 004}},
    {'W', {021, 021, 021, 025, 025, 033, 021}}, {'X', {021, 021, 012, 004, 012, 021, 021}},
    {'Y', {021, 021, 012, 004, 004, 004, 004}}, {'Z', {037, 001, 002, 004, 010, 020, 037}},
    {'.', {000, 000, 000, 000, 000, 014, 014}}, {',', {000, 000, 000, 000, 014, 004, 010}},
    {':', {000, 014, 014, 000, 014, 014, 000}}, {'-', {000, 000, 000, 016, 000, 000, 000}},
    {'_', {000, 000, 000, 000, 000, 000, 037}}, {'+', {000, 004, 004, 037, 004, 004, 000}},
    {'=', {000, 000, 037, 000, 037, 000, 000}}, {'/', {001, 001, 002, 004, 010, 020, 020}},
    {'(', {002, 004, 010, 010, 010, 004, 002}}, {')', {010, 004, 002, 002, 002, 004, 010}},
    {'%', {031, 031, 002, 004, 010, 023, 023}}, {'#', {012, 012, 037, 012, 037, 012, 012}}};

static constexpr Glyph unknownGlyph = {0, {037, 021, 021, 021, 021, 021, 037}};

static const Glyph &glyphOf(char character) {
  const char capital = char(std::toupper(static_cast<unsigned char>(character)));
  const Glyph *found =
      std::find_if(std::begin(glyphs), std::end(glyphs), [&](const Glyph &g) { return g.character == capital; });
  return found == std::end(glyphs) ? unknownGlyph : *found;
}

//===-------------------------------------------------------------------------------------------------------------===//
// Canvas
//===-------------------------------------------------------------------------------------------------------------===//

Canvas::Canvas(int width, int height, uint32_t background) {
  if (width <= 0 || height <= 0 || int64_t(width) * height > PictureLimits().pixels)
    fail("cannot draw a picture of ", width, " x ", height, " pixels");
  image = {width, height, std::vector<uint8_t>(size_t(width) * size_t(height) * 3)};
  fill(0, 0, width, height, background);
}

void Canvas::fill(int x, int y, int width, int height, uint32_t color) {
  const int right = std::min(x + width, image.width), bottom = std::min(y + height, image.height);
  for (int v = std::max(y, 0); v < bottom; ++v)
    for (int u = std::max(x, 0); u < right; ++u)
      setPixel(image.pixels.data() + (size_t(v) * size_t(image.width) + size_t(u)) * 3, color);
}

void Canvas::paste(const RgbImage &from, int x, int y) {
  const int left = std::max(x, 0), right = std::min(x + from.width, image.width);
  const int bottom = std::min(y + from.height, image.height);
  if (left >= right)
    return;
  for (int v = std::max(y, 0); v < bottom; ++v) {
    const uint8_t *row = from.pixels.data() + (size_t(v - y) * size_t(from.width) + size_t(left - x)) * 3;
    uint8_t *to = image.pixels.data() + (size_t(v) * size_t(image.width) + size_t(left)) * 3;
    std::copy_n(row, size_t(right - left) * 3, to);
  }
}

void Canvas::write(std::string_view text, int x, int y, uint32_t color, int scale) {
  for (char character : text) {
    if (character != ' ')
      for (int v = 0; v < textHeight; ++v)
        for (int u = 0; u < glyphWidth; ++u)
          if (glyphOf(character).rows[v] >> (glyphWidth - 1 - u) & 1)
            fill(x + u * scale, y + v * scale, scale, scale, color);
    x += advance * scale;
  }
}

int Canvas::textWidth(std::string_view text, int scale) { return int(text.size()) * advance * scale; }

//===-------------------------------------------------------------------------------------------------------------===//
// Sheets
//===-------------------------------------------------------------------------------------------------------------===//

// What fits: the end of a name tells more than its beginning.
static std::string_view fitting(std::string_view caption, int width) {
  const size_t characters = size_t(std::max(width, 0) / Canvas::textWidth(" "));
  return caption.size() <= characters ? caption : caption.substr(caption.size() - characters);
}

RgbImage tileSheet(const std::vector<Tile> &tiles, int columns) {
  if (tiles.empty() || columns < 1)
    fail("cannot draw a sheet of no tiles");
  constexpr int gap = 4, captionHeight = Canvas::textHeight + 3;
  const size_t across = std::min(size_t(columns), tiles.size()), down = (tiles.size() + across - 1) / across;
  std::vector<int> widths(across), heights(down), captions(down);
  for (size_t i = 0; i < tiles.size(); ++i) {
    widths[i % across] = std::max(widths[i % across], tiles[i].image.width);
    heights[i / across] = std::max(heights[i / across], tiles[i].image.height);
    captions[i / across] = std::max(captions[i / across], tiles[i].caption.empty() ? 0 : captionHeight);
  }
  int64_t width = gap, height = gap;
  for (int w : widths)
    width += w + gap;
  for (size_t row = 0; row < down; ++row)
    height += captions[row] + heights[row] + gap;
  if (width > INT32_MAX || height > INT32_MAX)
    fail("cannot draw a sheet of ", width, " x ", height, " pixels: take fewer tiles");
  Canvas canvas{int(width), int(height)};
  size_t i = 0;
  int y = gap;
  for (size_t row = 0; row < down; ++row) {
    int x = gap;
    for (size_t column = 0; column < across && i < tiles.size(); ++column, ++i) {
      canvas.write(fitting(tiles[i].caption, widths[column]), x, y);
      canvas.paste(tiles[i].image, x, y + captions[row]);
      x += widths[column] + gap;
    }
    y += captions[row] + heights[row] + gap;
  }
  return canvas.picture();
}

} // namespace dpsims
