// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `dpsims-run data` finds in a data set.

#include "data_support.h"
#include "runtime/data/survey.h"

#include <sstream>

using namespace dpsims;
using namespace dpsims::test;

TEST(Survey, CountsPhotosThatAreTurned) {
  DataFolder folder;
  for (int i = 1; i <= 4; ++i) {
    folder.turnedPhoto("train/images/" + std::to_string(i) + ".jpg", 8, 8, i == 1 ? 1 : i == 2 ? 3 : 6);
    folder.map("train/labels/" + std::to_string(i) + ".png");
  }
  auto report = [&](const std::string &data) {
    std::ostringstream out;
    printSurvey(surveySplit(configure(data), {folder.folder.path, "train"}, {2, 0}), configure(data), out);
    return out.str();
  };
  EXPECT_TRUE(
      hasParts(report("{}"), {"photos turned by their EXIF orientation: 3 (1 of orientation 3, 2 of orientation 6)"}));
  EXPECT_TRUE(hasParts(report(R"({"orientation": "stored"})"),
                       {"photos left as stored in spite of their EXIF orientation: 3 (1 of"}));
}

TEST(Survey, CountsAndGoesOn) {
  DataFolder folder;
  for (const char *name : {"a", "b", "c", "d"}) {
    folder.image(std::string("train_img/") + name + ".png");
    folder.map(std::string("train_label/") + name + ".png", 8, 8, 2);
    folder.map(std::string("train_inst/") + name + ".png", 8, 8, 3);
  }
  folder.image("train_img/e.png");          // no label map
  folder.map("train_label/b.png", 8, 8, 6); // ids 0..5
  folder.text("train_img/c.png", "no picture");
  folder.image("train_img/d.png", 16, 4);
  folder.map("train_label/d.png", 16, 4, 2, 255); // 0 and ignored
  folder.map("train_inst/d.png", 16, 4, 1);
  const DataConfiguration configuration = configure(R"({"dataset": "coco_stuff", "names": ["sky"]})");
  std::string reports[2];
  for (int threads : {1, 3}) {
    const Survey survey = surveySplit(configuration, {folder.folder.path, "train", true}, {threads, 8});
    EXPECT_EQ(survey.pictures, 2u);
    EXPECT_EQ(survey.pixels, 128u);
    EXPECT_EQ(survey.classPixels, (std::vector<uint64_t>{64, 32, 0, 0, 0}));
    EXPECT_EQ(survey.classPictures, (std::vector<uint64_t>{2, 1, 0, 0, 0}));
    EXPECT_EQ(survey.ignoredPixels, 32u);
    EXPECT_EQ(survey.instances, 4u);
    EXPECT_EQ(survey.tiles.size(), 2u);
    ASSERT_EQ(survey.bad.size(), 3u);
    EXPECT_TRUE(hasParts(survey.bad[0], {"e.png: has no label map"}));
    EXPECT_TRUE(hasParts(survey.bad[1], {"b.png: id 5"}));
    EXPECT_TRUE(hasParts(survey.bad[2], {"c.png: neither PNG nor JPEG"}));
    std::ostringstream out;
    printSurvey(survey, configuration, out);
    reports[threads > 1] = out.str();
    EXPECT_GT(surveySheet({survey}, configuration).width, 300);
  }
  EXPECT_EQ(reports[0], reports[1]);
  EXPECT_TRUE(hasParts(reports[0], {"train: 2 pictures, 8 x 8 to 16 x 4 pixels", "0 sky", "50.000 %",
                                    "2.0 instances a picture", "3 classes never occur: 2, 3, 4", "bad: "}));
}

TEST(Survey, NamesPicturesTooNarrowToCut) {
  DataFolder folder;
  folder.image("train/img/a.png", 12000, 1);
  folder.map("train/label/a.png", 12000, 1);
  DataConfiguration configuration = configure(R"({"dataset": "camvid"})");
  configuration.height = configuration.width = 256;
  const Survey survey = surveySplit(configuration, {folder.folder.path}, {});
  ASSERT_EQ(survey.bad.size(), 1u);
  EXPECT_TRUE(hasParts(survey.bad[0], {"train/img/a.png: ", "12000 x 1", "data.resize"}));
}
