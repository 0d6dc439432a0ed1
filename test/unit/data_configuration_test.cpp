// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "data_support.h"
#include "runtime/data/known_datasets.h"

#include <set>

using namespace dpsims;
using namespace dpsims::test;

TEST(DataConfiguration, KnowsDataSets) {
  const DataConfiguration ade = configure(R"({"dataset": "ade20k"})");
  EXPECT_EQ(ade.splits.at("val"), "validation");
  EXPECT_EQ(ade.rules.remap.at(0), ignoredId);
  EXPECT_EQ(ade.rules.remap.at(5), 4);
  EXPECT_EQ(configure(R"({"dataset": "coco-stuff"})").dataset, "coco_stuff");
  EXPECT_EQ(configure(R"({"dataset": "camvid"})").splitNames(), (std::vector<std::string>{"train", "val", "test"}));
  EXPECT_EQ(configure("{}").dataset, "folders");
  // What the configuration says takes the known set's place.
  const DataConfiguration own = configure(R"({"dataset": "ade20k", "remap": {}, "ignore": [7]})");
  EXPECT_TRUE(own.rules.remap.empty());
  EXPECT_EQ(own.rules.ignore, (std::vector<int32_t>{ignoredId, 7}));
  EXPECT_EQ(own.layouts.size(), 1u);
}

TEST(DataConfiguration, KnowsTheDataSetsOfTheProgram) {
  EXPECT_EQ(knownDatasets(),
            (std::vector<std::string>{"ade20k", "camvid", "cityscapes", "coco_stuff", "folders", "shapes"}));
  for (const std::string &name : knownDatasets())
    EXPECT_EQ(configure("{\"dataset\": \"" + name + "\"}").dataset, name);
}

static DataConfiguration configureClasses(int count, const std::string &data) {
  return DataConfiguration::parse("{\"num_classes\": " + std::to_string(count) + ", \"data\": " + data + "}", "c.json");
}

TEST(DataConfiguration, KnowsTheClassesOfDataSets) {
  const DataConfiguration ade = configureClasses(150, R"({"dataset": "ade20k"})");
  EXPECT_EQ(ade.names[0], "wall");
  EXPECT_EQ(ade.names[12], "person");
  EXPECT_EQ(ade.names[149], "flag");
  EXPECT_EQ(ade.palette[0], 0x787878u);
  EXPECT_EQ(ade.palette[149], 0x5c00ffu);
  EXPECT_EQ(std::set<uint32_t>(ade.palette.begin(), ade.palette.end()).size(), 150u); // they can be told apart
  EXPECT_TRUE(ade.things.empty());
  const DataConfiguration coco = configureClasses(182, R"({"dataset": "coco_stuff"})");
  EXPECT_EQ(coco.names[0], "person");
  EXPECT_EQ(coco.names[90], "hair brush"); // the last thing
  EXPECT_EQ(coco.names[181], "wood");
  EXPECT_EQ(coco.things.size(), 91u);
  EXPECT_EQ(coco.things.back(), 90);
  const DataConfiguration cityscapes = configureClasses(35, R"({"dataset": "cityscapes"})");
  EXPECT_EQ(cityscapes.names[24], "person");
  EXPECT_EQ(cityscapes.names[34], "34");
  EXPECT_EQ(cityscapes.things.front(), 24);
  for (const DataConfiguration *set : {&ade, &coco})
    EXPECT_EQ(std::set<std::string>(set->names.begin(), set->names.end()).size(), set->names.size());
}

// A set's classes are not those of a configuration that gives ids another meaning.
TEST(DataConfiguration, NamesFollowTheClasses) {
  EXPECT_EQ(configure(R"({"dataset": "coco_stuff"})").names[4], "airplane"); // the first five
  EXPECT_EQ(configure(R"({"dataset": "ade20k", "remap": "minus_one"})").names[1], "building");
  const DataConfiguration own = configure(R"({"dataset": "coco_stuff", "remap": {"2": 0, "7": 1}})");
  EXPECT_EQ(own.names[0], "0");
  EXPECT_TRUE(own.things.empty());
  const DataConfiguration named =
      configure(R"({"dataset": "coco_stuff", "remap": {"2": 0}, "names": ["car"], "things": [0, 3]})");
  EXPECT_EQ(named.names[0], "car");
  EXPECT_EQ(named.things, (std::vector<int32_t>{0, 3}));
  EXPECT_TRUE(hasParts(errorOf([&] { configure(R"({"things": [5]})"); }), {"data.things[0]", "5", "0 to 4"}));
  EXPECT_TRUE(hasParts(errorOf([&] { configure(R"({"things": 5})"); }), {"data.things", "not a list of classes"}));
}

static DataConfiguration configureIn(const TemporaryDirectory &folder, const std::string &data) {
  return DataConfiguration::parse(R"({"num_classes": 5, "data": )" + data + "}", folder / "c.json");
}

// Bytes that are no JSON, and keys of which only the last would count.
TEST(DataConfiguration, RefusesOddTexts) {
  using namespace std::string_literals;
  const auto error = [](const std::string &text) { return errorOf([&] { DataConfiguration::parse(text, "c.json"); }); };
  EXPECT_TRUE(hasParts(error("{\"num_classes\": 2}\0{}"s), {"c.json: ", "it is not text: it has a zero byte at 18"}));
  EXPECT_TRUE(hasParts(error("\xff\xfe{\0}\0"s), {"it is UTF-16: save it as UTF-8"}));
  EXPECT_TRUE(hasParts(error("<!DOCTYPE html>"), {"it is a web page"}));
  EXPECT_TRUE(
      hasParts(error(R"({"num_classes": 2, "num_classes": 3})"), {"num_classes of the configuration is there twice"}));
  EXPECT_TRUE(hasParts(error(R"({"num_classes": 2, "data": {"zoom": 1, "flip": true, "zoom": 2}})"),
                       {"data.zoom of the configuration is there twice; remove one of the two"}));
  DataConfiguration::parse(R"({"num_classes": 2, "a": {"b": 1}, "b": [{"b": 1}, {"b": {"b": 2}}]})", "c.json");
}

TEST(DataConfiguration, ReadsTheFileOfADataSet) {
  TemporaryDirectory folder;
  makeDirectory(folder / "sets");
  writeFile(folder / "sets/mine.json",
            R"({"images": "a/*", "labels": "b/*", "ignore": [3, 9], "zoom": 2, "flip": false})");
  const DataConfiguration c = configureIn(folder, R"({"dataset": "sets/mine.json", "labels": "c/*", "flip": true})");
  EXPECT_EQ(c.dataset, "mine");
  ASSERT_EQ(c.layouts.size(), 1u);
  EXPECT_EQ(c.layouts[0].images, "a/*");
  EXPECT_EQ(c.layouts[0].labels, "c/*");                           // the configuration's
  EXPECT_EQ(c.rules.ignore, (std::vector<int32_t>{ignoredId, 9})); // 3 is a class
  EXPECT_EQ(c.transform.zoom, 2);
  EXPECT_TRUE(c.transform.flip);
  EXPECT_EQ(configureIn(folder, "{\"dataset\": \"" + folder / "sets/mine.json" + "\"}").dataset, "mine");
  // As compiled models have it.
  const DataConfiguration embedded =
      configure(R"({"dataset": {"file": "sets/mine.json", "keys": {"images": "a/*", "labels": "b/*"}}})");
  EXPECT_EQ(embedded.dataset, "mine");
  EXPECT_EQ(embedded.layouts[0].labels, "b/*");
}

TEST(DataConfiguration, NamesTheFileOfADataSet) {
  TemporaryDirectory folder;
  auto error = [&](const std::string &text) {
    writeFile(folder / "mine.json", text);
    return errorOf([&] { configureIn(folder, R"({"dataset": "mine.json"})"); });
  };
  EXPECT_TRUE(
      hasParts(errorOf([&] { configureIn(folder, R"({"dataset": "mine.json"})"); }), {"/mine.json: ", "No such"}));
  EXPECT_TRUE(
      hasParts(error(R"({"zoom": 9})"), {"/mine.json: zoom of the data set: \"9\" is not a number from 1 to 8"}));
  EXPECT_TRUE(
      hasParts(error(R"({"palette": {"1": [1, 2, true]}})"), {"/mine.json: palette.1[2] of the data set: \"true\""}));
  EXPECT_TRUE(hasParts(error(R"({"crops": 1})"), {"/mine.json: crops: unknown key", "palette"}));
  EXPECT_TRUE(hasParts(error(R"({"dataset": "camvid"})"), {"/mine.json: dataset of the data set: ", "write its keys"}));
  EXPECT_TRUE(hasParts(error("{}"), {"c.json: the data set \"mine\"", "\"images\" and \"labels\""}));
  EXPECT_TRUE(hasParts(error("[]"), {"/mine.json: the data set is not an object"}));
  EXPECT_TRUE(hasParts(error("{"), {"/mine.json: the data set is not a JSON object", "byte"}));
  EXPECT_TRUE(hasParts(error(std::string(1000, '[')), {"/mine.json: the data set has more than 100 brackets"}));
}

TEST(DataConfiguration, TakesWholeNumbersWithAPoint) {
  EXPECT_EQ(configure(R"({"holdout": 3.0, "ignore": [9e0]})").holdout, 3);
  EXPECT_TRUE(
      hasParts(errorOf([] { configure(R"({"holdout": 3.5})"); }), {"data.holdout", "3.5", "is not an integer"}));
  EXPECT_TRUE(hasParts(errorOf([] { configure(R"({"holdout": 1e300})"); }), {"data.holdout", "is not an integer"}));
}

TEST(DataConfiguration, ReadsEveryKey) {
  const DataConfiguration c = configure(R"({
    "images": "a/{split}/*", "labels": "b/{split}/*_l.png", "instances": "c/{split}/*", "splits": {"val": "v"},
    "holdout": 3, "orientation": "stored", "label_values": "colors", "ignore": [9], "remap": {"1": 2}, "names": ["sky", "sea"],
    "palette": {"0": [1, 2, 3], "1": [[4, 5, 6], [7, 8, 9]], "9": [0, 0, 0]},
    "resize": "exact", "crop": "center", "flip": false, "zoom": 1.5, "pictures": {"train": 3}, "seed": 12345678901})",
                                        R"(, "generator": {"instance_edges": true})");
  ASSERT_EQ(c.layouts.size(), 1u);
  EXPECT_EQ(c.layouts[0].labels, "b/{split}/*_l.png");
  EXPECT_EQ(c.layouts[0].instances, "c/{split}/*");
  EXPECT_EQ(c.holdout, 3);
  EXPECT_FALSE(c.turnPhotos);
  EXPECT_TRUE(configure("{}").turnPhotos);
  EXPECT_EQ(c.labelValues, DataConfiguration::LabelValues::Colors);
  EXPECT_EQ(c.colors, (ColorMap{{0x010203, 0}, {0x040506, 1}, {0x070809, 1}, {0, 9}}));
  EXPECT_EQ(c.palette.size(), 5u);
  EXPECT_EQ(c.palette[2], 0x040506u); // where data.remap takes id 1
  EXPECT_EQ(c.names, (std::vector<std::string>{"sky", "sea", "2", "3", "4"}));
  EXPECT_FALSE(c.transform.cover || c.transform.randomCrop || c.transform.flip);
  EXPECT_EQ(c.transform.zoom, 1.5);
  EXPECT_EQ(c.shapes.seed, 12345678901u);
  EXPECT_TRUE(c.wantsInstances);
  EXPECT_FALSE(configure("{}").wantsInstances);
  EXPECT_TRUE(configure("{}", R"(, "loss": {"contrastive_segments": "instances"})").wantsInstances);
  EXPECT_EQ(c.height, 8);
}

TEST(DataConfiguration, TakesInstancesWithTheLayoutsTheyFit) {
  const DataConfiguration split = configure(R"({"instances": "{split}/ids/*"})");
  ASSERT_EQ(split.layouts.size(), 2u);
  EXPECT_EQ(split.layouts[0].images, "{split}/images/*");
  EXPECT_EQ(split.layouts[1].instances, "{split}/ids/*");
  const DataConfiguration flat = configure(R"({"instances": "ids/*"})");
  ASSERT_EQ(flat.layouts.size(), 1u);
  EXPECT_EQ(flat.layouts[0].images, "images/*");
  EXPECT_EQ(configure(R"({"instances": null})").layouts.size(), 3u);
  EXPECT_TRUE(configure(R"({"dataset": "shapes", "instances": "ids/*"})").layouts.empty());
  EXPECT_TRUE(hasParts(errorOf([] { configure(R"({"dataset": "camvid", "instances": "ids/*"})"); }),
                       {"c.json: data.instances", "\"ids/*\"", "\"camvid\"", "\"{split}/img/*\", \"{split}/*\"",
                        "add data.images and data.labels"}));
}

TEST(DataConfiguration, ChecksIds) {
  auto error = [](const std::string &data) { return errorOf([&] { configure(data); }); };
  EXPECT_TRUE(
      hasParts(error(R"({"remap": {"1": 99}})"), {"c.json: data.remap", "\"1\": 99", "classes 0..4", "data.ignore"}));
  EXPECT_EQ(configure(R"({"remap": {"1": 99, "2": -1}, "ignore": [99]})").rules.remap.at(1), 99);
  EXPECT_TRUE(hasParts(error(R"({"remap": {"0": 4, "00": 3}})"), {"data.remap", "\"00\" is id 0 once more"}));
  EXPECT_TRUE(hasParts(error(R"({"remap": {"0": 18446744073709551615}})"), {"data.remap", "18446744073709551615"}));
  EXPECT_TRUE(hasParts(error(R"({"ignore": [18446744073709551615]})"), {"data.ignore", "18446744073709551615"}));
  EXPECT_TRUE(hasParts(error(R"({"palette": {"2": [7, 7, 7], "3": [7, 7, 7]}})"),
                       {"data.palette", "[7,7,7] is the color of both 2 and 3"}));
  EXPECT_NO_THROW(configure(R"({"label_values": "ids", "palette": {"2": [7, 7, 7], "3": [7, 7, 7]}})"));
  EXPECT_TRUE(hasParts(error(R"({"palette": {"1": [1, 1, 1], "01": [2, 2, 2]}})"), {"data.palette", "id 1 once more"}));
  EXPECT_EQ(configure(R"({"palette": {"2": [[7, 7, 7], [7, 7, 7]]}})").colors.size(), 1u);
}

TEST(DataConfiguration, NamesWhatIsWrong) {
  auto error = [](const std::string &data) { return errorOf([&] { configure(data); }); };
  EXPECT_TRUE(hasParts(error("3"), {"c.json: \"data\""}));
  EXPECT_TRUE(hasParts(error(R"({"dataset": "imagenet"})"), {"\"imagenet\"", "camvid", "shapes", "folders"}));
  EXPECT_TRUE(hasParts(error(R"({"dataset": 3})"), {"data.dataset", "3"}));
  EXPECT_TRUE(hasParts(error(R"({"crops": 1})"), {"data.crops: unknown key", "palette", "zoom"}));
  EXPECT_TRUE(hasParts(error(R"({"images": "a/*"})"), {"\"images\" and \"labels\""}));
  EXPECT_TRUE(hasParts(error(R"({"images": "a", "labels": "b/*"})"), {"data.images", "\"a\"", "*"}));
  EXPECT_TRUE(hasParts(error(R"({"images": "a/*_*", "labels": "b/*"})"), {"data.images", "two \"*\""}));
  EXPECT_TRUE(hasParts(error(R"({"images": "a/*/*", "labels": "b/*"})"), {"as many \"*\""}));
  EXPECT_TRUE(hasParts(error(R"({"images": "{split}/*", "labels": "b/*"})"), {"both have \"{split}\""}));
  EXPECT_TRUE(hasParts(error(R"({"dataset": "cityscapes", "instances": "x/*"})"), {"\"x/*\"", "as many \"*\""}));
  EXPECT_TRUE(hasParts(error(R"({"layouts": []})"), {"data.layouts"}));
  EXPECT_TRUE(hasParts(error(R"({"layouts": [3]})"), {"data.layouts"}));
  EXPECT_TRUE(hasParts(error(R"({"splits": ["a"]})"), {"data.splits"}));
  EXPECT_TRUE(hasParts(error(R"({"holdout": 1})"), {"data.holdout", "from 2"}));
  EXPECT_TRUE(hasParts(error(R"({"label_values": "x"})"), {"data.label_values", "\"auto\", \"ids\", \"colors\""}));
  EXPECT_TRUE(hasParts(error(R"({"ignore": [1.5]})"), {"data.ignore", "1.5"}));
  EXPECT_TRUE(hasParts(error(R"({"remap": {"-1": 3}})"), {"data.remap", "\"-1\" is not an id"}));
  EXPECT_TRUE(hasParts(error(R"({"palette": {"1": [1, 2, 256]}})"), {"data.palette", "256"}));
  EXPECT_TRUE(hasParts(error(R"({"names": ["a", "b", "c", "d", "e", "f"]})"), {"data.names", "5"}));
  EXPECT_TRUE(hasParts(error(R"({"resize": "big"})"), {"data.resize", "\"cover\", \"exact\""}));
  EXPECT_TRUE(hasParts(error(R"({"crop": true})"), {"data.crop"}));
  EXPECT_TRUE(hasParts(error(R"({"orientation": 6})"), {"data.orientation", "\"exif\", \"stored\""}));
  EXPECT_TRUE(hasParts(error(R"({"flip": 1})"), {"data.flip"}));
  EXPECT_TRUE(hasParts(error(R"({"zoom": 0.5})"), {"data.zoom", "0.5"}));
  EXPECT_TRUE(hasParts(error(R"({"pictures": {"train": 0}})"), {"data.pictures", "0"}));
  EXPECT_TRUE(hasParts(error(R"({"pictures": {"train": 1073741824}})"), {"data.pictures", "from 1 to 16777216"}));
  EXPECT_TRUE(hasParts(error(R"({"seed": -1})"), {"data.seed", "-1"}));
}

TEST(DataConfiguration, IsNoOtherFile) {
  auto error = [](const std::string &text) { return errorOf([&] { DataConfiguration::parse(text, "c.json"); }); };
  EXPECT_TRUE(hasParts(error(""), {"c.json: ", "not a JSON object", "byte"}));
  EXPECT_TRUE(hasParts(error("[]"), {"num_classes"}));
  EXPECT_TRUE(hasParts(error(R"({"num_classes": 0})"), {"num_classes", "from 1"}));
  EXPECT_TRUE(hasParts(error(R"({"num_classes": 2, "image_size": [8]})"), {"image_size", "[height, width]"}));
  EXPECT_TRUE(hasParts(error(R"({"num_classes": 2, "a": [{"b": {"c": 1}}], "data": {"flip": true, "zoom": 1e999}})"),
                       {"c.json: data.zoom of the configuration: \"1e999\"", "smaller"}));
  EXPECT_TRUE(hasParts(error(R"({"a": {"b": 1}, "c": [[{"d": 1}, 1e999]]})"), {"c.json: c of the configuration"}));
  EXPECT_TRUE(hasParts(error("-1e999"), {"c.json: the configuration: \"-1e999\""}));
  const std::string deep(100000, '[');
  EXPECT_TRUE(hasParts(error(R"({"num_classes": 2, "data": {"ignore": )" + deep), {"100 brackets"}));
}
