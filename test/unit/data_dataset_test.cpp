// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "data_support.h"
#include "runtime/data/shapes.h"
#include "runtime/data/survey.h"
#include "runtime/random/philox.h"

#include <set>
#include <sstream>

using namespace dpsims;
using namespace dpsims::test;

using Names = std::vector<std::string>;

//===-------------------------------------------------------------------------------------------------------------===//
// Layouts
//===-------------------------------------------------------------------------------------------------------------===//

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

//===-------------------------------------------------------------------------------------------------------------===//
// What is wrong
//===-------------------------------------------------------------------------------------------------------------===//

TEST(Dataset, SaysWhatItLookedFor) {
  DataFolder folder;
  EXPECT_TRUE(hasParts(folder.openError(R"({"dataset": "camvid"})"),
                       {"\"camvid\"", "\"train\"", "train/img and train/label", "--data", "c.json"}));
  EXPECT_TRUE(hasParts(errorOf([] { Dataset::open(configure(R"({"dataset": "camvid"})"), {"/no/such"}); }),
                       {"/no/such", "No such file"}));
  EXPECT_TRUE(hasParts(errorOf([] { Dataset::open(configure(R"({"dataset": "camvid"})"), {}); }), {"--data"}));
  folder.image("train/img/a.png");
  folder.map("train/label/a.png");
  EXPECT_TRUE(hasParts(folder.openError(R"({"dataset": "camvid"})", "val"), {"\"val\"", "val/img"}));
  EXPECT_TRUE(hasSplit(configure(R"({"dataset": "camvid"})"), folder.folder.path, "train"));
  EXPECT_FALSE(hasSplit(configure(R"({"dataset": "camvid"})"), folder.folder.path, "val"));
}

TEST(Dataset, RefusesEmptyFolders) {
  DataFolder folder;
  folder.make("train/img/x");
  folder.make("train/label/x");
  EXPECT_TRUE(hasParts(folder.openError(R"({"dataset": "camvid"})"), {"train/img: has no pictures", ".png", "--data"}));
  folder.text("train/img/notes.txt", "x");
  EXPECT_TRUE(hasParts(folder.openError(R"({"dataset": "camvid"})"), {"train/img: has no pictures"}));
}

TEST(Dataset, NamesPathsThatAreTooLong) {
  DataFolder folder;
  folder.make("train/a/x");
  const std::string name(300, 'n');
  for (const std::string &images : {"{split}/*/" + name, "{split}/" + name + "/*", "{split}/*/" + name + "/x"})
    EXPECT_TRUE(hasParts(folder.openError(R"({"images": ")" + images + R"(", "labels": "{split}/*/l.png"})"),
                         {"/train/", name.c_str(), "File name too long", "data"}));
  EXPECT_TRUE(hasParts(folder.openError(R"({"dataset": "camvid"})", name), {name.c_str(), "File name too long"}));
}

TEST(Dataset, NamesEntriesOfThePaletteThatAreNoClass) {
  const std::string data = R"({"dataset": "camvid", "palette": {"0": [0, 0, 0], "9": [7, 7, 7]})";
  DataFolder folder;
  folder.image("train/img/a.png", 2, 1);
  const uint8_t pixels[] = {0, 0, 0, 7, 7, 7};
  writeRgbPng(folder.make("train/label/a.png"), 2, 1, pixels);
  EXPECT_TRUE(hasParts(errorOf([&] { folder.open(data + "}")->read(0); }),
                       {"a.png: ", "(1, 0)", "entry 9 of data.palette", "classes 0..4", "data.ignore"}));
  EXPECT_EQ(folder.open(data + R"(, "ignore": [9]})")->read(0).labels.at(1, 0), ignoredId);
  const uint8_t black[6] = {};
  writeRgbPng(folder.make("train/label/a.png"), 2, 1, black);
  EXPECT_EQ(folder.open(data + "}")->read(0).labels.at(1, 0), 0); // no pixel has the colour
}

TEST(Dataset, NamesFilesWithoutAPartner) {
  const std::string data = R"({"dataset": "coco_stuff"})";
  DataFolder folder;
  folder.image("train_img/a.jpg");
  folder.image("train_img/b.jpg");
  folder.map("train_label/b.png");
  folder.map("train_label/c.png");
  EXPECT_TRUE(hasParts(folder.openError(data), {"train_img/a.jpg: has no label map: ",
                                                "train_label/a.png does not exist; add it, or remove", "1 more"}));
  std::vector<std::string> problems;
  const auto rest = Dataset::open(configure(data), {folder.folder.path, "train", false}, &problems);
  EXPECT_EQ(names(*rest), Names{"b"});
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_TRUE(
      hasParts(problems[1], {"train_label/c.png: has no image: ", "train_img/c.jpg or .png", "add it, or remove"}));
}

TEST(Dataset, TellsHostileNamesInOneLine) {
  DataFolder folder;
  folder.image("train_img/a\nb.jpg");
  folder.make("train_label/x");
  std::vector<std::string> problems;
  Dataset::open(configure(R"({"dataset": "coco_stuff"})"), {folder.folder.path, "train", false}, &problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].find('\n'), std::string::npos);
  EXPECT_TRUE(hasParts(problems[0], {"train_img/a\\nb.jpg: has no label map"}));
}

TEST(Dataset, NamesTwoFilesOfOneName) {
  DataFolder folder;
  folder.image("train_img/a.jpg");
  folder.image("train_img/a.png");
  folder.map("train_label/a.png");
  EXPECT_TRUE(hasParts(folder.openError(R"({"dataset": "coco_stuff"})"), {"a.png: has the name of", "a.jpg"}));
}

TEST(Dataset, WantsInstances) {
  const std::string data = R"({"dataset": "coco_stuff"})";
  DataFolder folder;
  folder.image("train_img/a.jpg");
  folder.map("train_label/a.png");
  EXPECT_TRUE(hasParts(folder.openError(data, "train", true), {"train_inst", "no such folder", "instance_edges"}));
  folder.make("train_inst/x");
  EXPECT_TRUE(
      hasParts(folder.openError(data, "train", true), {"a.jpg: has no instance map", "train_inst/a", "add it, or"}));
  folder.map("train_inst/a.png");
  EXPECT_EQ(folder.open(data, "train", true)->size(), 1u);
  folder.image("train/img/a.jpg");
  folder.map("train/label/a.png");
  EXPECT_TRUE(hasParts(folder.openError(R"({"dataset": "camvid"})", "train", true),
                       {"c.json", "the data set \"camvid\" has none", "data.instances", "instance_edges"}));
}

static std::string readError(DataFolder &folder) {
  return errorOf([&] { folder.open(R"({"dataset": "coco_stuff"})", "train", true)->read(0); });
}

TEST(Dataset, NamesBadFiles) {
  DataFolder folder;
  folder.image("train_img/a.jpg");
  folder.map("train_label/a.png");
  folder.map("train_inst/a.png");
  folder.open(R"({"dataset": "coco_stuff"})", "train", true)->read(0);

  folder.map("train_label/a.png", 8, 8, 7);
  EXPECT_TRUE(hasParts(readError(folder),
                       {"train_label/a.png: id 5 at pixel (5, 0)", "classes 0..4", "data.ignore or data.remap"}));
  folder.map("train_label/a.png", 8, 9);
  EXPECT_TRUE(hasParts(readError(folder), {"train_label/a.png", "8 x 9", "a.jpg", "8 x 8"}));
  folder.image("train_label/a.png");
  EXPECT_TRUE(hasParts(readError(folder), {"train_label/a.png", "data.palette"}));
  folder.text("train_label/a.png", "");
  EXPECT_TRUE(hasParts(readError(folder), {"train_label/a.png", "it is empty; fetch it again, or leave it out"}));
  folder.map("train_label/a.png");

  folder.text("train_inst/a.png", "\x89PNG\r\n\x1a\n");
  EXPECT_TRUE(hasParts(readError(folder), {"train_inst/a.png", "damaged PNG", "truncated", "fetch it again"}));
  folder.map("train_inst/a.png", 7, 8);
  EXPECT_TRUE(hasParts(readError(folder), {"train_inst/a.png", "7 x 8", "8 x 8"}));
  folder.map("train_inst/a.png");

  const std::string whole = readText(folder.folder / "train_img/a.jpg");
  folder.text("train_img/a.jpg", whole.substr(0, whole.size() - 30));
  EXPECT_TRUE(hasParts(readError(folder), {"train_img/a.jpg", "truncated; fetch it again, or leave it out"}));
  folder.text("train_img/a.jpg", whole.substr(0, whole.size() / 2) + std::string(200, '\x7f'));
  EXPECT_TRUE(hasParts(readError(folder), {"train_img/a.jpg", "cannot decode the JPEG", "fetch it again"}));
  folder.text("train_img/a.jpg", "GIF89a");
  EXPECT_EQ(readError(folder).find("fetch"), std::string::npos); // it has a way out
  folder.text("train_img/a.jpg", "no picture");
  EXPECT_TRUE(hasParts(readError(folder), {"train_img/a.jpg", "no picture; fetch it again"}));
  folder.text("train_img/a.jpg", "");
  EXPECT_TRUE(hasParts(readError(folder), {"train_img/a.jpg", "it is empty"}));
}

//===-------------------------------------------------------------------------------------------------------------===//
// Shapes
//===-------------------------------------------------------------------------------------------------------------===//

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

//===-------------------------------------------------------------------------------------------------------------===//
// Survey
//===-------------------------------------------------------------------------------------------------------------===//

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
