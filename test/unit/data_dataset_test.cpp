// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layouts of data sets, and which of their files are used.

#include "data_support.h"
#include "runtime/data/survey.h"

#include <sstream>

using namespace dpsims;
using namespace dpsims::test;

using Names = std::vector<std::string>;

TEST(Dataset, ReadsAde20k) {
  DataFolder folder;
  folder.image("images/training/ADE_2.jpg", 9, 7);
  folder.map("annotations/training/ADE_2.png", 9, 7, 6);
  folder.image("images/validation/ADE_9.jpg");
  folder.map("annotations/validation/ADE_9.png");
  const auto train = folder.open(R"({"dataset": "ade20k"})");
  EXPECT_EQ(names(*train), Names{"ADE_2"});
  const Example example = train->read(0);
  EXPECT_EQ(example.image.width, 9);
  EXPECT_EQ(example.labels.height, 7);
  EXPECT_EQ(example.labels.at(0, 0), ignoredId); // 0 is "other"
  EXPECT_EQ(example.labels.at(5, 0), 4);
  EXPECT_TRUE(example.instances.ids.empty());
  EXPECT_EQ(names(*folder.open(R"({"dataset": "ade20k"})", "val")), Names{"ADE_9"});
}

TEST(Dataset, ReadsCocoStuff) {
  DataFolder folder;
  for (const char *name : {"0003", "0001"}) {
    folder.image(std::string("train_img/") + name + ".jpg");
    folder.map(std::string("train_label/") + name + ".png");
    folder.map(std::string("train_inst/") + name + ".png", 8, 8, 3, 300, 16);
  }
  const auto train = folder.open(R"({"dataset": "coco_stuff"})", "train", true);
  EXPECT_EQ(names(*train), (Names{"0001", "0003"}));
  EXPECT_TRUE(train->hasInstances());
  EXPECT_EQ(train->read(1).instances.at(2, 0), 600);
  EXPECT_EQ(train->read(1).labels.at(4, 0), 4);
}

TEST(Dataset, ReadsCityscapes) {
  DataFolder folder;
  for (const char *name : {"ulm/ulm_1", "aachen/aachen_7"}) {
    folder.image(std::string("leftImg8bit/train/") + name + "_leftImg8bit.png");
    const std::string maps = std::string("gtFine/train/") + name + "_gtFine_";
    folder.map(maps + "labelIds.png");
    folder.map(maps + "instanceIds.png", 8, 8, 3, 26000, 16);
    folder.image(maps + "color.png"); // nobody asks for it
  }
  const auto train = folder.open(R"({"dataset": "cityscapes"})", "train", true);
  EXPECT_EQ(names(*train), (Names{"aachen/aachen_7", "ulm/ulm_1"}));
  EXPECT_EQ(train->read(0).instances.at(2, 0), 52000);
}

TEST(Dataset, ReadsCamvidInTwoLayouts) {
  DataFolder folder;
  folder.image("train/img/a.jpg");
  folder.map("train/label/a.png");
  EXPECT_EQ(names(*folder.open(R"({"dataset": "camvid"})")), Names{"a"});
  DataFolder other;
  other.image("test/b.png");
  other.map("testannot/b.png");
  EXPECT_EQ(names(*other.open(R"({"dataset": "camvid"})", "test")), Names{"b"});
}

TEST(Dataset, ReadsFolders) {
  const std::string data = R"({"dataset": "folders"})";
  DataFolder splits;
  splits.image("images/train/a.jpeg");
  splits.map("labels/train/a.png");
  EXPECT_EQ(names(*splits.open(data)), Names{"a"});
  DataFolder other;
  other.image("val/images/B.JPG");
  other.map("val/labels/B.png");
  other.map("val/instances/B.png");
  EXPECT_EQ(names(*other.open(data, "val", true)), Names{"B"});
}

TEST(Dataset, HoldsOutWhereThereAreNoSplits) {
  const std::string data = R"({"dataset": "folders", "holdout": 3})";
  DataFolder folder;
  for (const char *name : {"a", "b"}) {
    folder.image(std::string("images/") + name + ".png");
    folder.map(std::string("labels/") + name + ".png");
  }
  EXPECT_EQ(names(*folder.open(data)), (Names{"a", "b"})); // too few to hold one out
  EXPECT_EQ(names(*folder.open(data, "val")), (Names{"a", "b"}));
  folder.image("images/c.png");
  folder.map("labels/c.png");
  EXPECT_EQ(names(*folder.open(data)), (Names{"a", "b"}));
  EXPECT_EQ(names(*folder.open(data, "val")), Names{"c"});
  EXPECT_TRUE(hasParts(folder.openError(data, "test"), {"no split \"test\"", "{split}"}));
}

TEST(Dataset, ReadsADescription) {
  DataFolder folder;
  folder.image("photos/one/scene-1/rgb.png");
  writeIndexedPng(folder.make("photos/one/scene-1/ids.png"), {8, 8, std::vector<int32_t>(64, 1)}, {0x000000, 0x0a0b0c});
  const std::string data = R"({"images": "photos/{split}/*/rgb.png", "labels": "photos/{split}/*/ids.png",
    "splits": {"train": "one"}, "label_values": "colours", "palette": {"3": [[1, 1, 1], [10, 11, 12]]}})";
  const auto train = folder.open(data);
  EXPECT_EQ(names(*train), Names{"scene-1"});
  EXPECT_EQ(train->read(0).labels.at(7, 7), 3);
}

TEST(Dataset, ReadsInstancesOfFolders) {
  DataFolder folder;
  folder.image("train/images/a.png");
  folder.map("train/labels/a.png");
  folder.map("train/ids/a.png", 8, 8, 3);
  EXPECT_EQ(folder.open(R"({"instances": "{split}/ids/*"})", "train", true)->read(0).instances.at(2, 0), 2);
}

TEST(Dataset, TakesEndingsInAnyCase) {
  DataFolder folder;
  for (const char *name : {"images/a.jpg", "images/b.JPG", "images/c.Jpg"})
    folder.turnedPhoto(name, 8, 8, 1);
  for (const char *name : {"labels/a_l.png", "labels/b_l.PNG", "labels/c_l.png", "labels/d_L.png"})
    folder.map(name);
  const auto set = folder.open(R"({"images": "images/*.jpg", "labels": "labels/*_l.png"})");
  EXPECT_EQ(names(*set), (Names{"a", "b", "c"}));
  EXPECT_EQ(set->unused(), Names{folder.folder / "labels/d_L.png"}); // only endings are alike
  folder.turnedPhoto("images/a.JPG", 8, 8, 1);
  EXPECT_TRUE(hasParts(folder.openError(R"({"images": "images/*.jpg", "labels": "labels/*_l.png"})"),
                       {"a.jpg: has the name of", "a.JPG; remove one of them"}));
}

TEST(Dataset, TakesAnyNameForItsFolder) {
  DataFolder folder;
  for (const char *name : {"a*b/", "ab/", "{split}/"}) {
    folder.image(name + std::string("images/x.png"));
    folder.map(name + std::string("labels/x.png"));
  }
  folder.image("ab/images/y.png"); // which "a*b" would find
  for (const char *name : {"a*b", "{split}"})
    EXPECT_EQ(names(*Dataset::open(configure("{}"), {folder.folder / name})), Names{"x"});
  EXPECT_TRUE(hasParts(errorOf([&] {
                         folder.image("a*b/images/z.png");
                         Dataset::open(configure("{}"), {folder.folder / "a*b"});
                       }),
                       {"a*b/labels/z.png does not exist"}));
}

TEST(Dataset, NamesWhatItDoesNotUse) {
  DataFolder folder;
  for (const char *name : {"images/a.png", "images/deeper/b.png"})
    folder.image(name);
  folder.map("labels/a.png");
  folder.text("images/c.gif", "GIF89a");
  folder.text("labels/notes.txt", "x");
  folder.text("labels/.hidden.png", "x");
  folder.text("labels.txt", "not in a folder of the patterns");
  const auto set = folder.open("{}");
  EXPECT_EQ(set->unused(), (Names{folder.folder / "images/c.gif", folder.folder / "images/deeper/",
                                  folder.folder / "labels/notes.txt"}));
  std::ostringstream out;
  printSurvey(surveySplit(configure("{}"), {folder.folder.path}, {}), configure("{}"), out);
  EXPECT_TRUE(
      hasParts(out.str(), {"warning: 3 files or folders are not used (no pattern of the data set has their names",
                           "images/c.gif, ", "labels/notes.txt\n"}));
  for (int i = 0; i < 30; ++i)
    folder.text("labels/" + std::to_string(i) + ".txt", "x");
  std::ostringstream more;
  printSurvey(surveySplit(configure("{}"), {folder.folder.path}, {}), configure("{}"), more);
  EXPECT_TRUE(hasParts(more.str(), {"warning: 33 files", "labels/15.txt, ...\n"})); // ten
  EXPECT_TRUE(hasParts(folder.openError(R"({"images": "images/*.jpg", "labels": "labels/*_none.png"})"),
                       {"has no pictures", "; 35 files or folders are not used", "images/a.png"}));
}

TEST(Dataset, NamesFoldersThatHaveNothing) {
  DataFolder folder;
  folder.image("one/rgb.png");
  folder.map("one/ids.png");
  folder.text("two/notes.txt", "x");
  folder.text("top.png", "x");
  const auto set = folder.open(R"({"images": "*/rgb.png", "labels": "*/ids.png"})");
  EXPECT_EQ(names(*set), Names{"one"});
  EXPECT_EQ(set->unused(), (Names{folder.folder / "top.png", folder.folder / "two/"}));
}

TEST(Dataset, NamesLinksToNothing) {
  DataFolder folder;
  for (const char *name : {"images/a.png", "images/b.png", "one/rgb.png"})
    folder.image(name);
  folder.map("labels/a.png");
  folder.map("one/ids.png");
  std::filesystem::remove(folder.folder / "images/b.png");
  std::filesystem::create_symlink("nowhere", folder.folder / "images/b.png");
  EXPECT_TRUE(hasParts(folder.openError("{}"), {"images/b.png: is a link to nothing; fetch what it names"}));
  folder.make("two/x");
  std::filesystem::create_symlink("nowhere", folder.folder / "two/rgb.png");
  EXPECT_TRUE(hasParts(folder.openError(R"({"images": "*/rgb.png", "labels": "*/ids.png"})"),
                       {"two/rgb.png: is a link to nothing"}));
}

TEST(Dataset, TurnsPhotosAsTheirExifSays) {
  DataFolder folder;
  folder.turnedPhoto("train/images/a.jpg", 16, 8, 6);
  folder.map("train/labels/a.png", 8, 16);
  const Example turned = folder.open("{}")->read(0);
  EXPECT_EQ(turned.orientation, 6);
  EXPECT_EQ(turned.image.width, 8);
  EXPECT_EQ(turned.image.height, 16);
  EXPECT_GT(turned.image.pixels[0], 200);                              // red is above,
  EXPECT_GT(turned.image.pixels[turned.image.pixels.size() - 1], 200); // blue below
  folder.map("train/labels/a.png", 16, 8);
  const Example stored = folder.open(R"({"orientation": "stored"})")->read(0);
  EXPECT_EQ(stored.image.width, 16);
  EXPECT_EQ(stored.orientation, 6);
}

TEST(Dataset, SaysWhenTurningPhotosWouldHelp) {
  DataFolder folder;
  folder.turnedPhoto("train/images/a.jpg", 16, 8, 6);
  auto error = [&](const std::string &data) { return errorOf([&] { folder.open(data)->read(0); }); };
  folder.map("train/labels/a.png", 16, 8);
  EXPECT_TRUE(hasParts(error("{}"), {"a.png: the map has 16 x 8", "a.jpg 8 x 16, turned by its EXIF orientation 6",
                                     "if it is not turned: set data.orientation to \"stored\""}));
  folder.map("train/labels/a.png", 8, 16);
  EXPECT_TRUE(hasParts(error(R"({"orientation": "stored"})"),
                       {"a.png: the map has 8 x 16", "a.jpg 16 x 8 as stored, without its EXIF orientation 6",
                        "if it is turned: set data.orientation to \"exif\""}));
  folder.map("train/labels/a.png", 7, 16); // no turn helps
  EXPECT_TRUE(hasParts(error("{}"), {"8 x 16, turned by its EXIF orientation 6; make them of one size"}));
  folder.turnedPhoto("train/images/a.jpg", 16, 8, 3);
  EXPECT_TRUE(hasParts(error("{}"), {"16 x 8; make them of one size"}));
}
