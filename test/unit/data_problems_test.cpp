// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What can be wrong with a data set, and how it is told.

#include "data_support.h"

using namespace dpsims;
using namespace dpsims::test;

using Names = std::vector<std::string>;

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
  EXPECT_EQ(folder.open(data + "}")->read(0).labels.at(1, 0), 0); // no pixel has the color
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

TEST(Dataset, NamesPartnersOfTheSameNumber) {
  DataFolder folder;
  for (const char *name : {"0", "7", "8"})
    folder.image(std::string("train/images/") + name + ".png");
  for (const char *name : {"000", "00007", "a"})
    folder.map(std::string("train/labels/") + name + ".png");
  std::vector<std::string> problems;
  Dataset::open(configure("{}"), {folder.folder.path}, &problems);
  ASSERT_EQ(problems.size(), 6u);
  EXPECT_TRUE(hasParts(problems[0], {"0.png: has no label map", "000.png has the same number: rename it"}));
  EXPECT_TRUE(hasParts(problems[1], {"7.png: has no label map", "00007.png has the same number: rename it"}));
  EXPECT_EQ(problems[2].find("number"), std::string::npos);
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
