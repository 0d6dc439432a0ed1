// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layouts of data sets, and which of their files are used.

#include "data_support.h"
#include "runtime/data/holdout.h"
#include "runtime/data/survey.h"

#include <algorithm>
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

// Its color maps, opaque alpha and all, by the palette that is built in.
TEST(Dataset, ReadsCityscapesInColor) {
  DataFolder folder;
  const std::vector<uint8_t> pixels = {128, 64, 128, 0, 0, 142, 153, 153, 153, 0, 0, 0};
  writeRgbPng(folder.make("leftImg8bit/train/ulm/a_leftImg8bit.png"), 4, 1, pixels.data());
  writeRgbPng(folder.make("gtFine/train/ulm/a_gtFine_color.png"), 4, 1, pixels.data());
  const DataConfiguration configuration = DataConfiguration::parse(
      R"({"num_classes": 34, "data": {"dataset": "cityscapes", "labels": "gtFine/{split}/*/*_gtFine_color.png"}})",
      "c.json");
  const auto train = Dataset::open(configuration, {folder.folder.path, "train", false});
  EXPECT_EQ(train->read(0).labels.ids, (std::vector<int32_t>{7, 26, 17, 0}));
  EXPECT_EQ(configuration.palette[7], 0x804080u);
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
  const Names train = names(*folder.open(data)), validation = names(*folder.open(data, "val"));
  EXPECT_EQ(train.size() + validation.size(), 3u);
  EXPECT_GE(validation.size(), 1u);
  EXPECT_EQ(std::count(train.begin(), train.end(), validation[0]), 0);
  EXPECT_TRUE(hasParts(folder.openError(data, "test"), {"no split \"test\"", "{split}"}));
}

TEST(Holdout, DependsOnNamesAlone) {
  Names list;
  for (int i = 0; i < 1000; ++i)
    list.push_back("frame_" + std::to_string(100000 + i));
  const std::vector<bool> whole = heldOut(list, 10);
  EXPECT_NEAR(double(std::count(whole.begin(), whole.end(), true)), 100, 30);
  // Neighbors are not held out together more often than others.
  int pairs = 0;
  for (size_t i = 0; i + 1 < whole.size(); ++i)
    pairs += whole[i] && whole[i + 1];
  EXPECT_LT(pairs, 30);
  // Pictures that come, go, or are elsewhere change nothing for the others.
  const size_t gone = 500;
  list.erase(list.begin(), list.begin() + gone);
  list.insert(list.begin(), "a");
  const std::vector<bool> rest = heldOut(list, 10);
  for (size_t i = 1; i < list.size(); ++i)
    EXPECT_EQ(rest[i], whole[gone + i - 1]) << list[i];
}

TEST(Holdout, HasTwoOfASmallSet) {
  for (int size : {10, 19, 20, 25}) {
    for (int set = 0; set < 50; ++set) {
      Names list;
      for (int i = 0; i < size; ++i)
        list.push_back(std::to_string(set) + "/" + std::to_string(i));
      const std::vector<bool> result = heldOut(list, 10);
      const auto count = std::count(result.begin(), result.end(), true);
      EXPECT_GE(count, size / 10);
      EXPECT_LT(count, size / 2 + 1);
    }
  }
}

TEST(Dataset, ReadsADescription) {
  DataFolder folder;
  folder.image("photos/one/scene-1/rgb.png");
  writeIndexedPng(folder.make("photos/one/scene-1/ids.png"), {8, 8, std::vector<int32_t>(64, 1)}, {0x000000, 0x0a0b0c});
  const std::string data = R"({"images": "photos/{split}/*/rgb.png", "labels": "photos/{split}/*/ids.png",
    "splits": {"train": "one"}, "label_values": "colors", "palette": {"3": [[1, 1, 1], [10, 11, 12]]}})";
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

// One key of a set that is known by name.
TEST(Dataset, TakesAnotherPatternOfASet) {
  DataFolder folder;
  folder.image("leftImg8bit/train/ulm/a_leftImg8bit.png");
  folder.image("blurred/train/ulm/a.png", 8, 8, 200);
  folder.map("gtFine/train/ulm/a_gtFine_labelIds.png");
  folder.map("gtFine/train/ulm/a_gtFine_labelTrainIds.png", 8, 8, 2);
  const std::string set = R"({"dataset": "cityscapes", )";
  const auto trainIds = folder.open(set + R"("labels": "gtFine/{split}/*/*_gtFine_labelTrainIds.png"})");
  EXPECT_EQ(names(*trainIds), Names{"ulm/a"});
  EXPECT_EQ(trainIds->read(0).labels.at(2, 0), 0);
  EXPECT_EQ(folder.open(set + R"("images": "blurred/{split}/*/*.png"})")->read(0).image.pixels[2], 200);
  EXPECT_TRUE(hasParts(errorOf([&] { configure(set + R"("labels": "gtFine/*.png"})"); }),
                       {"data.labels", "goes with no images of the data set \"cityscapes\"", "leftImg8bit/{split}/*/*",
                        "add data.images and data.labels"}));
}

TEST(Dataset, TakesMapsBesidePhotosForMaps) {
  DataFolder folder;
  for (const char *name : {"a", "b"}) {
    folder.image(std::string("all/") + name + ".png");
    folder.map(std::string("all/") + name + "_mask.png");
    folder.map(std::string("all/") + name + "_object.png");
  }
  const std::string data = R"({"images": "all/*", "labels": "all/*_mask.png", "instances": "all/*_object.png"})";
  EXPECT_EQ(names(*folder.open(data)), (Names{"a", "b"}));
  EXPECT_EQ(names(*folder.open(data, "train", true)), (Names{"a", "b"}));
}

TEST(Dataset, TakesMapsOfAnotherSize) {
  DataFolder folder;
  folder.image("train/images/a.png", 16, 8);
  folder.map("train/labels/a.png", 8, 4);
  const Example example = folder.open("{}")->read(0);
  EXPECT_TRUE(example.resized);
  EXPECT_EQ(example.labels.width, 16);
  EXPECT_EQ(example.labels.at(5, 3), (5 / 2 + 3 / 2) % 5);
  std::ostringstream out;
  printSurvey(surveySplit(configure("{}"), {folder.folder.path}, {}), configure("{}"), out);
  EXPECT_TRUE(hasParts(out.str(), {"maps enlarged or reduced to their photo's size: those of 1"}));
  folder.map("train/labels/a.png", 8, 5);
  EXPECT_TRUE(hasParts(errorOf([&] { folder.open("{}")->read(0); }), {"8 x 5", "16 x 8"}));
}

TEST(Dataset, TakesListsOfNames) {
  DataFolder folder;
  for (const char *name : {"a", "b", "c", "d.e"}) {
    folder.image(std::string("images/") + name + ".png");
    folder.map(std::string("labels/") + name + ".png");
  }
  folder.image("images/without-map.png");
  folder.text("train.txt", "c\r\n\n  a.jpg \n");
  folder.text("val.txt", "d.e");
  const std::string data =
      R"({"images": "images/*", "labels": "labels/*", "lists": {"train": "train.txt", "val": "val.txt"}})";
  EXPECT_EQ(names(*folder.open(data)), (Names{"a", "c"}));
  EXPECT_EQ(names(*folder.open(data, "val")), Names{"d.e"});
  EXPECT_EQ(folder.open(data)->unused(), Names{folder.folder / "images/without-map.png"});
  EXPECT_TRUE(hasSplit(configure(data), folder.folder.path, "val"));
  EXPECT_FALSE(hasSplit(configure(data), folder.folder.path, "test"));
  EXPECT_TRUE(hasParts(folder.openError(data, "test"), {"data.lists has no split \"test\""}));
  folder.text("val.txt", "a\nwithout-map\n");
  EXPECT_TRUE(hasParts(folder.openError(data, "val"), {"val.txt: line 2: no picture with a label map", "without-map"}));
  folder.text("val.txt", "\n");
  EXPECT_TRUE(hasParts(folder.openError(data, "val"), {"val.txt: is a list of a split, and has no names"}));
  EXPECT_TRUE(hasParts(errorOf([&] { configure(R"({"dataset": "cityscapes", "lists": {"train": "a"}})"); }),
                       {"data.lists", "has \"{split}\""}));
}

TEST(Dataset, SkipsWhatHasNoPartner) {
  DataFolder folder;
  for (const char *name : {"a", "b", "c"})
    folder.image(std::string("train/images/") + name + ".png");
  for (const char *name : {"a", "d"})
    folder.map(std::string("train/labels/") + name + ".png");
  EXPECT_TRUE(hasParts(folder.openError("{}"), {"b.png: has no label map", "set data.unpaired to \"skip\""}));
  const auto set = folder.open(R"({"unpaired": "skip"})");
  EXPECT_EQ(names(*set), Names{"a"});
  EXPECT_EQ(set->unused(), (Names{folder.folder / "train/images/b.png", folder.folder / "train/images/c.png",
                                  folder.folder / "train/labels/d.png"}));
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

// Programs copy a photo's EXIF to what they make of it: both are turned, or both are as stored.
TEST(Dataset, TurnsMapsAsTheirExifSays) {
  DataFolder folder;
  auto turn = [&](const std::string &name, std::vector<uint8_t> png) {
    png = withPngExif(std::move(png), makeExif(3));
    writeFile(folder.make(name), png.data(), png.size());
  };
  const std::vector<uint8_t> pixels = {10, 10, 10, 20, 20, 20};
  const LabelMap map{2, 1, {1, 2}};
  turn("images/a.png", encodeRgbPng(2, 1, pixels.data()));
  turn("labels/a.png", encodeLabelMap(map));
  turn("instances/a.png", encodeLabelMap(map));
  const Example shown = folder.open("{}", "train", true)->read(0);
  EXPECT_EQ(shown.image.pixels[0], 20);
  EXPECT_EQ(shown.labels.ids, (std::vector<int32_t>{2, 1}));
  EXPECT_EQ(shown.instances.ids, (std::vector<int32_t>{2, 1}));
  const Example stored = folder.open(R"({"orientation": "stored"})", "train", true)->read(0);
  EXPECT_EQ(stored.image.pixels[0], 10);
  EXPECT_EQ(stored.labels.ids, map.ids);
  EXPECT_EQ(stored.instances.ids, map.ids);
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
