// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From label maps in files to pictures in files.

#include "model_builder.h"
#include "queued_device.h"
#include "support.h"

#include "runtime/data/config_difference.h"
#include "runtime/image/png.h"
#include "runtime/sample/provenance.h"
#include "runtime/sample/sampler.h"

#include <gtest/gtest.h>

#include <filesystem>

using namespace dpsims;
using namespace dpsims::test;

namespace {

namespace fs = std::filesystem;

const char config[] = R"({"num_classes": 5, "data": {"ignore": [9], "palette":
    {"0": [0, 0, 0], "1": [10, 20, 30], "4": [255, 0, 0], "9": [1, 1, 1]}}})";

// Pictures of 4 x 6 pixels that show what the program was given; see kernels/kernels.c.
std::shared_ptr<const CompiledModel> painter(uint64_t batch, bool instances,
                                             const std::string &configuration = config) {
  ModelBuilder builder;
  builder.model.config = configuration;
  builder.entry().name = "sample";
  uint32_t labels = builder.input("labels", {batch, 4, 6}, format::ElementType::I32);
  uint32_t z = builder.input("z", {batch, 3});
  uint32_t maps = instances ? builder.input("instances", {batch, 4, 6}, format::ElementType::I32) : labels;
  uint32_t image = builder.output("image", {batch, 4, 6, 3}, format::ElementType::U8);
  builder.launch("paint", batch, {labels, z, maps, image});
  return builder.load();
}

struct Folder {
  TemporaryDirectory directory;

  std::string path(const std::string &name) const { return directory / name; }

  // A label map of one id, but for one pixel.
  std::string map(const std::string &name, int32_t id, int32_t odd = 0, int width = 6, int height = 4) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    LabelMap map{width, height, std::vector<int32_t>(size_t(width) * size_t(height), id)};
    map.ids[0] = odd;
    writeLabelMap(path(name), map, 16);
    return path(name);
  }

  void sample(const SampleOptions &options, uint64_t batch = 1, bool instances = false,
              const std::string &configuration = config, std::unique_ptr<Device> device = createDevice("cpu"),
              size_t depth = 1) const {
    std::shared_ptr<const CompiledModel> model = painter(batch, instances, configuration);
    Sampler sampler(*model);
    std::vector<SampleFile> files = listSamples(options, sampler.needsInstances());
    sampler.check(files);
    Session session(model, sampler.entry(), *device, nullptr, depth);
    sampler.run(session, files, options.seed);
  }

  SampleOptions options(const std::string &labels, const std::string &output) const {
    SampleOptions result;
    result.labels = path(labels);
    result.output = path(output);
    return result;
  }
};

TEST(Sampler, MakesAPictureOfALabelMap) {
  Folder folder;
  folder.map("a.png", 3, 9, 12, 8); // resized to 6 x 4
  folder.sample(folder.options("a.png", "out.png"));
  RgbImage image = readRgbPng(folder.path("out.png"));
  EXPECT_EQ(image.width, 6);
  EXPECT_EQ(image.height, 4);
  EXPECT_EQ(image.pixels[3], 120);
}

TEST(Sampler, CutsWhereTrainingCuts) {
  Folder folder;
  LabelMap map{16, 4, std::vector<int32_t>(64, 1)}; // covers 6 x 4: columns 5 to 10 are left
  for (int y = 0; y < 4; ++y)
    map.ids[size_t(y) * 16 + 5] = 2;
  writeLabelMap(folder.path("a.png"), map, 16);
  const auto reds = [&](Resize resize, const std::string &configuration) {
    const std::shared_ptr<const CompiledModel> model = painter(1, false, configuration);
    Sampler sampler(*model, resize);
    const std::vector<SampleFile> files = listSamples(folder.options("a.png", "out.png"), false);
    testing::internal::CaptureStderr();
    sampler.check(files);
    const std::string told = testing::internal::GetCapturedStderr();
    const std::unique_ptr<Device> device = createDevice("cpu");
    Session session(model, sampler.entry(), *device, nullptr);
    sampler.run(session, files, 0);
    const RgbImage image = readRgbPng(folder.path("out.png"));
    std::vector<int> result;
    for (size_t x = 0; x < 6; ++x)
      result.push_back(image.pixels[x * 3] / 40);
    EXPECT_EQ(told.find("another shape") != std::string::npos, result[0] == 2) << told;
    return result;
  };
  const std::string exact = R"({"num_classes": 5, "data": {"resize": "exact"}})";
  EXPECT_EQ(reds(Resize::AsTrained, config), (std::vector<int>{2, 1, 1, 1, 1, 1}));
  EXPECT_EQ(reds(Resize::Cover, exact), (std::vector<int>{2, 1, 1, 1, 1, 1}));
  EXPECT_EQ(reds(Resize::AsTrained, exact), (std::vector<int>{1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(reds(Resize::Exact, config), (std::vector<int>{1, 1, 1, 1, 1, 1}));
}

TEST(Sampler, WantsInstancesOfTheSameShape) {
  Folder folder;
  folder.map("labels/a.png", 1, 1, 12, 8);
  folder.map("instances/a.png", 1, 1, 6, 4);
  SampleOptions options = folder.options("labels", "out");
  options.instances = folder.path("instances");
  folder.sample(options, 1, true);
  folder.map("instances/a.png", 1, 1, 8, 8);
  EXPECT_TRUE(hasParts(errorOf([&] { folder.sample(options, 1, true); }),
                       {"instances/a.png: the map has 8 x 8 pixels, but the label map ", "labels/a.png 12 x 8"}));
}

TEST(Sampler, NoticesWeightsOfOtherSettings) {
  const std::shared_ptr<const CompiledModel> model = painter(1, false);
  const std::string same = labelConventions(config);
  EXPECT_EQ(differingProvenance(*model, "w", {}), "");
  EXPECT_EQ(differingProvenance(*model, "w", {{conventionsKey, same}}), "");
  const std::string other = labelConventions(
      R"({"num_classes": 5, "image_size": [8, 8], "data": {"remap": "minus_one", "ignore": [9], "flip": true,
          "palette": {"0": [0, 0, 0], "1": [10, 20, 30], "4": [255, 0, 0], "9": [1, 1, 1]}}})");
  const std::string text = differingProvenance(*model, "w", {{conventionsKey, other}});
  EXPECT_TRUE(hasParts(text, {"data.remap is \"minus_one\" in w, not set in ", "image_size.0 is 8 in w"}));
  EXPECT_EQ(text.find("flip"), std::string::npos);
  EXPECT_TRUE(hasParts(differingProvenance(*model, "w", {{conventionsKey, "no JSON"}}), {"configuration is "}));
}

TEST(Sampler, GivesIgnoredPixelsNoClass) {
  Folder folder;
  folder.map("a.png", 3, 9);
  folder.sample(folder.options("a.png", "out.png"));
  EXPECT_EQ(readRgbPng(folder.path("out.png")).pixels[0], 255);
}

TEST(Sampler, MakesTheSamePictureAloneAndAmongOthers) {
  Folder folder;
  for (const char *name : {"in/a.png", "in/b.png", "in/c.png"})
    folder.map(name, 2);
  for (uint64_t batch : {1, 2, 4}) {
    std::string output = "out" + std::to_string(batch);
    folder.sample(folder.options("in", output), batch);
    EXPECT_EQ(fs::file_size(folder.path(output + "/a.png")), fs::file_size(folder.path("out1/a.png")));
    for (const char *name : {"a.png", "b.png", "c.png"})
      EXPECT_EQ(readRgbPng(folder.path(output + "/" + name)).pixels,
                readRgbPng(folder.path("out1/" + std::string(name))).pixels);
  }
  folder.sample(folder.options("in/b.png", "alone.png"));
  EXPECT_EQ(readRgbPng(folder.path("alone.png")).pixels, readRgbPng(folder.path("out1/b.png")).pixels);
  EXPECT_NE(readRgbPng(folder.path("out1/a.png")).pixels, readRgbPng(folder.path("out1/b.png")).pixels);
}

TEST(Sampler, MakesTheSamePicturesWithRunsInFlight) {
  Folder folder;
  for (int i = 0; i < 7; ++i)
    folder.map("in/" + std::to_string(i) + ".png", i % 5);
  folder.sample(folder.options("in", "out"));
  for (size_t depth : {1, 2, 5}) {
    std::string output = "out" + std::to_string(depth);
    folder.sample(folder.options("in", output), 2, false, config, std::make_unique<QueuedDevice>(depth), depth);
    for (int i = 0; i < 7; ++i)
      EXPECT_EQ(readRgbPng(folder.path(output + "/" + std::to_string(i) + ".png")).pixels,
                readRgbPng(folder.path("out/" + std::to_string(i) + ".png")).pixels);
  }
}

TEST(Sampler, NumbersSamples) {
  Folder folder;
  folder.map("a.png", 2);
  SampleOptions options = folder.options("a.png", "out.png");
  options.samples = 3;
  folder.sample(options, 2);
  EXPECT_TRUE(fs::exists(folder.path("out_0.png")));
  EXPECT_NE(readRgbPng(folder.path("out_0.png")).pixels, readRgbPng(folder.path("out_1.png")).pixels);
  EXPECT_NE(readRgbPng(folder.path("out_1.png")).pixels, readRgbPng(folder.path("out_2.png")).pixels);
  EXPECT_FALSE(fs::exists(folder.path("out.png")));
  SampleOptions other = options;
  other.seed = 5;
  other.output = folder.path("other/");
  folder.sample(other);
  EXPECT_NE(readRgbPng(folder.path("other/a_0.png")).pixels, readRgbPng(folder.path("out_0.png")).pixels);
}

TEST(Sampler, FindsInstances) {
  Folder folder;
  folder.map("labels/a.png", 2);
  folder.map("instances/a.png", 77, 3);
  SampleOptions options = folder.options("labels", "out");
  EXPECT_TRUE(hasParts(errorOf([&] { folder.sample(options, 1, true); }), {"--instances"}));
  options.instances = folder.path("instances");
  folder.sample(options, 1, true);
  EXPECT_EQ(readRgbPng(folder.path("out/a.png")).pixels[5], 77);
  EXPECT_TRUE(hasParts(errorOf([&] { folder.sample(options, 1, false); }), {"leave --instances out"}));
  folder.map("labels/b.png", 2);
  EXPECT_TRUE(hasParts(errorOf([&] { folder.sample(options, 1, true); }), {"instances/b.png", "labels/b.png"}));
}

TEST(Sampler, KnowsCityscapesNames) {
  Folder folder;
  folder.map("city/x_gtFine_labelIds.png", 1);
  folder.map("city/x_gtFine_instanceIds.png", 26001);
  SampleOptions options = folder.options("city", "out");
  options.instances = folder.path("city");
  folder.sample(options, 1, true);
  EXPECT_EQ(readRgbPng(folder.path("out/x_gtFine_labelIds.png")).pixels[5], uint8_t(26001));
  EXPECT_FALSE(fs::exists(folder.path("out/x_gtFine_instanceIds.png")));
}

TEST(Sampler, UsesEveryMapBesideCityscapesNames) {
  Folder folder;
  for (const char *name : {"x_labelIds.png", "x_labelTrainIds.png", "x_color.png", "b.png", "c_color.png"})
    folder.map(std::string("mixed/") + name, 1);
  folder.map("mixed/b.jpg", 1);
  testing::internal::CaptureStderr();
  folder.sample(folder.options("mixed", "out"));
  EXPECT_TRUE(hasParts(testing::internal::GetCapturedStderr(),
                       {"mixed: 3 files or folders are not used (label maps are .png", "): b.jpg, x_color.png, "
                                                                                       "x_labelTrainIds.png\n"}));
  for (const char *name : {"x_labelIds.png", "b.png", "c_color.png"})
    EXPECT_TRUE(fs::exists(folder.path(std::string("out/") + name))) << name;
  EXPECT_FALSE(fs::exists(folder.path("out/x_color.png")));
}

TEST(Sampler, LooksIntoFolders) {
  Folder folder;
  folder.map("city/ulm/a.png", 1);
  folder.map("city/aachen/a.png", 2);
  folder.map("ids/ulm/a.PNG", 70);
  folder.map("ids/aachen/a.png", 71);
  SampleOptions options = folder.options("city", "city/out"); // which is passed over
  options.instances = folder.path("ids");
  for (int i = 0; i < 2; ++i)
    folder.sample(options, 1, true);
  EXPECT_EQ(readRgbPng(folder.path("city/out/ulm/a.png")).pixels[5], 70);
  EXPECT_EQ(readRgbPng(folder.path("city/out/aachen/a.png")).pixels[5], 71);
  EXPECT_FALSE(fs::exists(folder.path("city/out/out")));
  // Maps above them come first, the folders are named.
  folder.map("city/top.png", 1);
  testing::internal::CaptureStderr();
  folder.sample(folder.options("city", "top"));
  EXPECT_TRUE(hasParts(testing::internal::GetCapturedStderr(), {"3 files or folders", "aachen/, out/, ulm/"}));
  EXPECT_FALSE(fs::exists(folder.path("top/ulm")));
}

TEST(Sampler, NamesLinksToNothing) {
  Folder folder;
  folder.map("in/a.png", 2);
  fs::create_symlink(folder.path("none"), folder.path("in/b.png"));
  EXPECT_TRUE(
      hasParts(errorOf([&] { folder.sample(folder.options("in", "out")); }), {"in/b.png: is a link to nothing"}));
}

TEST(Sampler, ReadsColors) {
  Folder folder;
  std::vector<uint8_t> pixels;
  for (int i = 0; i < 24; ++i)
    for (uint8_t channel : {10, 20, 30})
      pixels.push_back(channel);
  pixels[69] = pixels[70] = pixels[71] = 1; // the last one: ignored
  writeRgbPng(folder.path("a.png"), 6, 4, pixels.data());
  folder.sample(folder.options("a.png", "out.png"));
  RgbImage image = readRgbPng(folder.path("out.png"));
  EXPECT_EQ(image.pixels[0], 40);
  EXPECT_EQ(image.pixels[69], 255);
  pixels[3] = 99;
  writeRgbPng(folder.path("a.png"), 6, 4, pixels.data());
  EXPECT_TRUE(hasParts(errorOf([&] { folder.sample(folder.options("a.png", "out.png")); }), {"a.png", "(1, 0)"}));
}

TEST(Sampler, RemapsIds) {
  Folder folder;
  folder.map("a.png", 5, 0);
  std::string minusOne = R"({"num_classes": 5, "data": {"remap": "minus_one", "ignore": [255]}})";
  folder.sample(folder.options("a.png", "out.png"), 1, false, minusOne);
  EXPECT_EQ(readRgbPng(folder.path("out.png")).pixels[0], 255);
  EXPECT_EQ(readRgbPng(folder.path("out.png")).pixels[3], 160);
  folder.map("b.png", 6, 0);
  EXPECT_TRUE(hasParts(errorOf([&] { folder.sample(folder.options("b.png", "out.png"), 1, false, minusOne); }),
                       {"b.png", "id 6", "(1, 0)"}));
  std::string table = R"({"num_classes": 5, "data": {"remap": {"5": 1, "0": -1}}})";
  folder.sample(folder.options("a.png", "out.png"), 1, false, table);
  EXPECT_EQ(readRgbPng(folder.path("out.png")).pixels[0], 255);
  EXPECT_EQ(readRgbPng(folder.path("out.png")).pixels[3], 40);
}

TEST(Sampler, NamesBadFilesBeforeAnythingIsWritten) {
  Folder folder;
  folder.map("in/a.png", 2);
  folder.map("in/b.png", 2, 7);
  folder.map("in/c.png", 2);
  std::string message = errorOf([&] { folder.sample(folder.options("in", "out")); });
  EXPECT_TRUE(hasParts(message, {"in/b.png", "id 7", "(0, 0)"}));
  EXPECT_FALSE(fs::exists(folder.path("out/a.png")));
  writeFile(folder.path("in/b.png"), "no picture");
  EXPECT_TRUE(hasParts(errorOf([&] { folder.sample(folder.options("in", "out")); }), {"in/b.png", "PNG"}));
}

TEST(Sampler, ChecksPaths) {
  Folder folder;
  folder.map("in/a.png", 2);
  fs::create_directory(folder.path("empty"));
  auto error = [&](const SampleOptions &options) { return errorOf([&] { folder.sample(options); }); };
  EXPECT_TRUE(hasParts(error(folder.options("none.png", "out.png")), {"none.png"}));
  EXPECT_TRUE(hasParts(error(folder.options("empty", "out")), {"empty", "no label maps"}));
  EXPECT_TRUE(hasParts(error(folder.options("in/a.png", "out.jpg")), {"out.jpg", "PNG"}));
  EXPECT_TRUE(hasParts(error(folder.options("in/a.png", "no/such/out.png")), {"no/such"}));
  EXPECT_TRUE(hasParts(error(folder.options("in", "in")), {"in/a.png", "is one of the maps that are read"}));
  EXPECT_TRUE(hasParts(error(folder.options("in", "in/a.png")), {"in/a.png"}));
  folder.map("in/a_0.png", 2); // the picture of another map
  SampleOptions two = folder.options("in", "in");
  two.samples = 2;
  EXPECT_TRUE(hasParts(error(two), {"in/a_0.png", "is one of the maps that are read"}));
  folder.map("in/a.PNG", 2);
  EXPECT_TRUE(hasParts(error(folder.options("in", "out")), {"out/a.png", "both"}));
}

TEST(Sampler, ChecksTheModel) {
  auto error = [](const std::string &configuration) {
    return errorOf([&] { Sampler sampler(*painter(1, false, configuration)); });
  };
  EXPECT_TRUE(hasParts(error("{}"), {"num_classes"}));
  EXPECT_TRUE(hasParts(error("no json"), {"num_classes"}));
  EXPECT_TRUE(hasParts(error(R"({"num_classes": 5, "data": {"ignore": 3}})"), {"data.ignore"}));
  EXPECT_TRUE(hasParts(error(R"({"num_classes": 5, "data": {"ignore": ["x"]}})"), {"data.ignore", "\"x\""}));
  EXPECT_TRUE(hasParts(error(R"({"num_classes": 5, "data": {"remap": {"x": 3}}})"), {"data.remap", "\"x\""}));
  EXPECT_TRUE(hasParts(error(R"({"num_classes": 5, "data": {"palette": {"1": [1, 2]}}})"), {"data.palette", "[1,2]"}));
  ModelBuilder builder;
  builder.model.config = config;
  std::shared_ptr<const CompiledModel> other = builder.load();
  EXPECT_TRUE(hasParts(errorOf([&] { Sampler sampler(*other); }), {"no entry", "sample", "main"}));
}

} // namespace
