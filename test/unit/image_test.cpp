// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/image.h"
#include "support.h"

#include <cmath>

using namespace dpsims;
using namespace dpsims::test;

TEST(LabelMap, ResizesToTheNearestPixel) {
  const LabelMap labels{3, 2, {0, 1, 2, 10, 11, 70000}};
  EXPECT_EQ(resizeNearest(labels, 2, 3).ids, labels.ids);
  EXPECT_EQ(resizeNearest(labels, 4, 6).ids,
            (std::vector<int32_t>{0,  0,  1,  1,  2,     2,     0,  0,  1,  1,  2,     2,
                                  10, 10, 11, 11, 70000, 70000, 10, 10, 11, 11, 70000, 70000}));
  // Columns floor((i + 1/2) * 3 / 2) = 0, 2; row floor(1/2 * 2) = 1.
  const LabelMap small = resizeNearest(labels, 1, 2);
  EXPECT_EQ(small.width, 2);
  EXPECT_EQ(small.height, 1);
  EXPECT_EQ(small.ids, (std::vector<int32_t>{10, 70000}));
  EXPECT_TRUE(hasParts(errorOf([&] { resizeNearest(labels, 0, 5); }), {"3 x 2 to 5 x 0"}));
}

TEST(LabelMap, ResizesExactlyAtLargeSizes) {
  LabelMap labels{100003, 1, {}};
  for (int i = 0; i < labels.width; ++i)
    labels.ids.push_back(i);
  const LabelMap result = resizeNearest(labels, 1, 70001);
  for (int i = 0; i < result.width; ++i)
    ASSERT_EQ(result.ids[size_t(i)], (__int128(2 * i + 1) * 100003) / 140002);
}

TEST(LabelMap, RemapsThenChecks) {
  LabelMap labels{4, 2, {0, 1, 2, 3, 7, 7, 255, 70000}};
  applyRules(labels, "a.png", {3, {{0, 2}, {2, 0}, {3, -9}, {70000, 1}}, {7, 255, -9}});
  EXPECT_EQ(labels.ids, (std::vector<int32_t>{2, 1, 0, -1, -1, -1, -1, 1}));
}

TEST(LabelMap, NamesAnIdThatIsNoClass) {
  LabelMap labels{3, 2, {0, 1, 2, 0, 3, 2}};
  EXPECT_EQ(errorOf([&] { checkIds(labels, "dir/a.png", 3, {255}); }),
            "dir/a.png: id 3 at pixel (1, 1) is none of the classes 0..2; add it to data.ignore or data.remap, or set "
            "data.remap to \"minus_one\" if ids count from 1");
  // -1 is not an ignored id unless the configuration says so.
  LabelMap negative{1, 1, {-1}};
  EXPECT_THROW(checkIds(negative, "a.png", 3, {}), Error);
  checkIds(negative, "a.png", 3, {-1});
}

TEST(LabelMap, AClassCanBeIgnored) {
  LabelMap labels{2, 1, {0, 1}};
  checkIds(labels, "a.png", 2, {0});
  EXPECT_EQ(labels.ids, (std::vector<int32_t>{ignoredId, 1}));
}

static RgbImage grayImage(int width, int height, const std::vector<int> &values) {
  RgbImage image{width, height, {}};
  for (int value : values)
    image.pixels.insert(image.pixels.end(), {uint8_t(value), uint8_t(255 - value), 7});
  return image;
}

static std::vector<int> reds(const RgbImage &image) {
  std::vector<int> values;
  for (size_t i = 0; i < image.pixels.size(); i += 3)
    values.push_back(image.pixels[i]);
  return values;
}

TEST(RgbImage, GrowsBilinearly) {
  // Pixel i of 4 lies at (i + 1/2) / 2 - 1/2 = -1/4, 1/4, 3/4, 5/4.
  EXPECT_EQ(reds(resizeSmooth(grayImage(2, 1, {0, 200}), 1, 4)), (std::vector<int>{0, 50, 150, 200}));
  EXPECT_EQ(reds(resizeSmooth(grayImage(1, 2, {0, 200}), 4, 1)), (std::vector<int>{0, 50, 150, 200}));
  const RgbImage same = grayImage(3, 1, {0, 100, 255});
  EXPECT_EQ(resizeSmooth(same, 1, 3).pixels, same.pixels);
  EXPECT_THROW(resizeSmooth(same, 0, 3), Error);
}

TEST(RgbImage, ShrinksByATriangle) {
  // Weights 1 3 3 1 of 8 around the middle of pixels 1 and 2; at the left end 3 3 1 of 7.
  EXPECT_EQ(reds(resizeSmooth(grayImage(6, 1, {0, 0, 0, 240, 0, 0}), 1, 3)), (std::vector<int>{0, 90, 34}));
  // Stripes of one pixel become gray, not stripes.
  std::vector<int> stripes;
  for (int i = 0; i < 64; ++i)
    stripes.push_back(i % 2 * 200);
  for (int value : reds(resizeSmooth(grayImage(64, 1, stripes), 1, 7)))
    EXPECT_NEAR(value, 100, 8);
}

TEST(RgbImage, KeepsPlainColors) {
  for (auto [height, width] : {std::pair(1, 1), {3, 50}, {31, 2}, {64, 64}}) {
    const RgbImage image = resizeSmooth(grayImage(13, 11, std::vector<int>(13 * 11, 255)), height, width);
    EXPECT_EQ(image.width, width);
    EXPECT_EQ(image.height, height);
    EXPECT_EQ(reds(image), std::vector<int>(size_t(height * width), 255));
  }
}

TEST(RgbImage, ComesFromPlanes) {
  const float nan = std::nanf("");
  const float planes[] = {-1, 1, 0, -7, 9, nan};
  EXPECT_EQ(fromPlanes(planes, 1, 2).pixels, (std::vector<uint8_t>{0, 128, 255, 255, 0, 0}));
}
