// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/canvas.h"
#include "support.h"

#include <set>

using namespace dpsims;
using namespace dpsims::test;

static uint32_t colorAt(const RgbImage &image, int x, int y) {
  const uint8_t *pixel = image.pixels.data() + (size_t(y) * size_t(image.width) + size_t(x)) * 3;
  return uint32_t(pixel[0]) << 16 | uint32_t(pixel[1]) << 8 | pixel[2];
}

static RgbImage plain(int width, int height, uint32_t color) { return Canvas(width, height, color).picture(); }

static int countColor(const RgbImage &image, uint32_t color) {
  int count = 0;
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      count += colorAt(image, x, y) == color;
  return count;
}

TEST(Canvas, MakesDifferentColors) {
  const std::vector<uint32_t> palette = makePalette(182);
  EXPECT_EQ(palette.size(), 182u);
  EXPECT_EQ(std::set<uint32_t>(palette.begin(), palette.end()).size(), 182u);
  EXPECT_EQ(palette[3], makePalette(4)[3]);
  EXPECT_TRUE(makePalette(0).empty());
}

TEST(Canvas, ColorsLabels) {
  const RgbImage image = colorize({4, 1, {0, 1, ignoredId, 2}}, {0x102030, 0xffeedd});
  EXPECT_EQ(image.pixels, (std::vector<uint8_t>{0x10, 0x20, 0x30, 0xff, 0xee, 0xdd, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(blend(image, image, 0.3).pixels, image.pixels);
  EXPECT_EQ(colorAt(blend(plain(1, 1, 0), plain(1, 1, 0xffffff), 0.5), 0, 0), 0x808080u);
  EXPECT_TRUE(hasParts(errorOf([&] { blend(image, plain(3, 1, 0), 0.5); }), {"4 x 1 and 3 x 1"}));
}

TEST(Canvas, DrawsEdges) {
  RgbImage image = plain(3, 3, 0);
  drawEdges(image, {3, 3, {7, 7, 8, 7, 7, 8, 9, 9, 9}}, 0xff0000);
  // Right neighbors differ in column 1, lower ones in row 1.
  EXPECT_EQ(countColor(image, 0xff0000), 4);
  for (auto [x, y] : {std::pair(1, 0), {0, 1}, {1, 1}, {2, 1}})
    EXPECT_EQ(colorAt(image, x, y), 0xff0000u);
  EXPECT_THROW(drawEdges(image, {1, 1, {0}}, 0), Error);
}

TEST(Canvas, LeavesOutWhatLiesOutside) {
  Canvas canvas(4, 4, 0);
  for (int at : {-10, -3, -1, 0, 2, 4, 9}) {
    canvas.paste(plain(3, 3, 0x00ff00), at, at);
    canvas.fill(at, -at, 3, 3, 0x0000ff);
    canvas.write("Mj%", at, at, 0xff0000, 2);
  }
  Canvas corner(4, 4, 0);
  corner.paste(plain(3, 3, 0x00ff00), 2, -1);
  EXPECT_EQ(countColor(corner.picture(), 0x00ff00), 4);
  EXPECT_EQ(colorAt(corner.picture(), 3, 1), 0x00ff00u);
  EXPECT_EQ(colorAt(corner.picture(), 1, 1), 0u);
  EXPECT_THROW(Canvas(0, 4), Error);
  EXPECT_THROW(Canvas(1 << 20, 1 << 20), Error);
}

TEST(Canvas, WritesLetters) {
  Canvas canvas(20, 9, 0xffffff);
  canvas.write("I-", 1, 1);
  EXPECT_EQ(countColor(canvas.picture(), 0), 11 + 3); // the I: two bars of three and five between; the dash
  Canvas same(20, 9, 0xffffff);
  same.write("i-", 1, 1);
  EXPECT_EQ(same.picture().pixels, canvas.picture().pixels);
  Canvas unknown(20, 9, 0xffffff);
  unknown.write("\xff", 1, 1);
  EXPECT_EQ(countColor(unknown.picture(), 0), 20); // a box
  EXPECT_EQ(Canvas::textWidth("abc", 2), 36);
}

TEST(Canvas, LaysOutTiles) {
  const RgbImage sheet =
      tileSheet({{plain(10, 6, 0xff0000), ""}, {plain(20, 4, 0x00ff00), ""}, {plain(8, 8, 0x0000ff), "x"}}, 2);
  EXPECT_EQ(sheet.width, 4 + 10 + 4 + 20 + 4);
  EXPECT_EQ(sheet.height, 4 + 6 + 4 + (Canvas::textHeight + 3) + 8 + 4);
  EXPECT_EQ(colorAt(sheet, 4, 4), 0xff0000u);
  EXPECT_EQ(colorAt(sheet, 18, 4), 0x00ff00u);
  EXPECT_EQ(colorAt(sheet, 4, 4 + 6 + 4 + Canvas::textHeight + 3), 0x0000ffu);
  EXPECT_EQ(countColor(sheet, 0x0000ff), 64);
  EXPECT_THROW(tileSheet({}, 2), Error);
}
