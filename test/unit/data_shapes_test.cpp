// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The data set that is drawn.

#include "data_support.h"
#include "runtime/data/shapes.h"
#include "runtime/random/philox.h"

#include <map>
#include <set>

using namespace dpsims;
using namespace dpsims::test;

static DataConfiguration shapes(int classes, int height, int width) {
  return DataConfiguration::parse(
      "{\"num_classes\": " + std::to_string(classes) + ", \"image_size\": [" + std::to_string(height) + ", " +
          std::to_string(width) + "], \"data\": {\"dataset\": \"shapes\", \"pictures\": {\"train\": 40, \"val\": 2}}}",
      "c.json");
}

TEST(DrawnShapes, DrawEveryClass) {
  for (auto [classes, height, width] : {std::tuple(2, 16, 16), {7, 32, 48}, {20, 5, 3}, {3, 1, 1}}) {
    const auto dataset = Dataset::open(shapes(classes, height, width), {"", "train", true});
    ASSERT_EQ(dataset->size(), 40u);
    std::set<int32_t> labels;
    for (size_t i = 0; i < dataset->size(); ++i) {
      const Example example = dataset->read(i);
      ASSERT_EQ(example.image.pixels.size(), size_t(height * width * 3));
      ASSERT_EQ(example.instances.ids.size(), size_t(height * width));
      labels.insert(example.labels.ids.begin(), example.labels.ids.end());
      std::map<int32_t, int32_t> labelOf; // an instance has one class; the ground is instance 0
      for (size_t p = 0; p < example.labels.ids.size(); ++p) {
        const auto [entry, fresh] = labelOf.emplace(example.instances.ids[p], example.labels.ids[p]);
        ASSERT_EQ(entry->second, example.labels.ids[p]);
        ASSERT_EQ(entry->first == 0, entry->second == 0);
      }
    }
    EXPECT_GE(*labels.begin(), 0);
    EXPECT_LT(*labels.rbegin(), classes);
    EXPECT_GE(labels.size(), size_t(classes) * 3 / 4);
  }
}

TEST(DrawnShapes, AreTheSameOnEveryMachine) {
  const DataConfiguration configuration = shapes(7, 32, 32);
  const Example a = drawShapes(configuration, "train", 3), b = drawShapes(configuration, "train", 3);
  EXPECT_EQ(a.image.pixels, b.image.pixels);
  EXPECT_NE(a.image.pixels, drawShapes(configuration, "train", 4).image.pixels);
  EXPECT_NE(a.image.pixels, drawShapes(configuration, "val", 3).image.pixels);
  const std::string bytes(a.image.pixels.begin(), a.image.pixels.end());
  EXPECT_EQ(hashName(bytes), 14915164141292851233u);
}

TEST(DrawnShapes, SayWhatTheyNeed) {
  auto error = [](const std::string &configuration, const std::string &split) {
    return errorOf([&] { Dataset::open(DataConfiguration::parse(configuration, "c.json"), {"", split}); });
  };
  EXPECT_TRUE(hasParts(error(R"({"num_classes": 1, "image_size": [8, 8], "data": {"dataset": "shapes"}})", "train"),
                       {"num_classes 2"}));
  EXPECT_TRUE(hasParts(error(R"({"num_classes": 2, "data": {"dataset": "shapes"}})", "train"), {"image_size"}));
  EXPECT_TRUE(hasParts(error(R"({"num_classes": 2, "image_size": [8, 8], "data": {"dataset": "shapes"}})", "test"),
                       {"data.pictures", "\"test\""}));
}
