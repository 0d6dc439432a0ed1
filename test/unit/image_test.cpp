// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/image.h"
#include "support.h"

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
            "dir/a.png: id 3 at pixel (1, 1) is none of the classes 0..2; add it to data.ignore or data.remap");
  // -1 is no ignored id unless the configuration says so.
  LabelMap negative{1, 1, {-1}};
  EXPECT_THROW(checkIds(negative, "a.png", 3, {}), Error);
  checkIds(negative, "a.png", 3, {-1});
}

TEST(LabelMap, AClassCanBeIgnored) {
  LabelMap labels{2, 1, {0, 1}};
  checkIds(labels, "a.png", 2, {0});
  EXPECT_EQ(labels.ids, (std::vector<int32_t>{ignoredId, 1}));
}
