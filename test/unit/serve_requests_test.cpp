// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What requests may say: their parameters and their label maps.

#include "serve_support.h"
#include "support.h"

#include "runtime/base/log.h"
#include "runtime/data/label_maps.h"
#include "runtime/image/jpeg.h"
#include "runtime/sample/sample_program.h"
#include "runtime/serve/label_codec.h"
#include "runtime/serve/sample_parameters.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

using namespace dpsims;
using namespace dpsims::serve;
using namespace dpsims::test;

namespace {

constexpr PictureLimits limits{100, 100, 1000};

LabelMap parse(const std::string &json) { return parseRuns(json, 5, limits).labels; }
std::string refusal(const std::string &json) {
  return errorOf([&] { parse(json); });
}

TEST(ServeParameters, AreReadFromTheQuery) {
  const SampleParameters defaults = SampleParameters::parse({});
  EXPECT_EQ(defaults.seed, 0u);
  EXPECT_FALSE(defaults.otherSeed);
  EXPECT_EQ(defaults.format, PictureFormat::Png);
  const SampleParameters all = SampleParameters::parse({{"seed", "18446744073709551615"},
                                                        {"seed2", "7"},
                                                        {"weight", "0.25"},
                                                        {"name", "ulm/1"},
                                                        {"format", "jpeg"},
                                                        {"client", "c"}});
  EXPECT_EQ(all.seed, UINT64_MAX);
  EXPECT_EQ(*all.otherSeed, 7u);
  EXPECT_EQ(all.weight, 0.25);
  EXPECT_EQ(all.name, "ulm/1");
  EXPECT_EQ(all.format, PictureFormat::Jpeg);
  EXPECT_EQ(all.client, "c");
}

TEST(ServeParameters, RefuseWhatIsNone) {
  const std::pair<Pairs, const char *> cases[] = {
      {{{"seed", "-1"}}, "seed: -1 is negative"},
      {{{"seed", "18446744073709551616"}}, "too large"},
      {{{"seed", "1"}, {"seed", "1"}}, "\"seed\": is given twice"},
      {{{"color", "1"}}, "unknown parameter \"color\""},
      {{{"weight", "0.5"}}, "weight: is that of seed2"},
      {{{"seed2", "1"}, {"weight", "1.5"}}, "weight: \"1.5\" is not a number from 0 to 1"},
      {{{"seed2", "1"}, {"weight", "nan"}}, "weight: "},
      {{{"format", "gif"}}, "format: \"gif\""},
      {{{"client", std::string(65, 'c')}}, "client: has 65 bytes"},
      {{{"name", std::string(256, 'c')}}, "name: has 256 bytes"}};
  for (const auto &[query, part] : cases) {
    const Pairs &given = query;
    EXPECT_TRUE(hasParts(errorOf([&] { SampleParameters::parse(given); }), {part}));
  }
}

TEST(ServeParameters, GiveTheNoiseOfEitherSeedOrOneBetween) {
  constexpr size_t count = 4000;
  auto noise = [](const Pairs &query) {
    std::vector<float> z(count);
    drawNoise(SampleParameters::parse(query), count, z.data());
    return z;
  };
  std::vector<float> expected(count);
  dpsims::drawNoise(3, "a", 0, count, expected.data());
  EXPECT_EQ(noise({{"seed", "3"}, {"name", "a"}}), expected);
  const std::vector<float> first = noise({{"seed", "3"}}), second = noise({{"seed", "4"}});
  EXPECT_NE(first, second);
  EXPECT_EQ(noise({{"seed", "3"}, {"seed2", "4"}, {"weight", "0"}}), first);
  EXPECT_EQ(noise({{"seed", "3"}, {"seed2", "4"}, {"weight", "1"}}), second);
  const std::vector<float> middle = noise({{"seed", "3"}, {"seed2", "4"}, {"weight", "0.5"}});
  EXPECT_NEAR(std::inner_product(middle.begin(), middle.end(), middle.begin(), 0.0) / count, 1, 0.1);
  EXPECT_NEAR(middle[0], (first[0] + second[0]) * std::sqrt(0.5), 1e-6);
}

TEST(ServeRuns, AreLabelMaps) {
  const LabelMap map = parse(R"({"width": 3, "height": 2, "runs": [4, 2, -1, 4]})");
  EXPECT_EQ(map.ids, (std::vector<int32_t>{4, 4, -1, -1, -1, -1}));
  EXPECT_EQ(formatRuns(map), R"({"width":3,"height":2,"runs":[4,2,-1,4]})");
  EXPECT_EQ(parse(formatRuns(map)).ids, map.ids);
  const LabelMaps both =
      parseRuns(R"({"width": 2, "height": 1, "runs": [0, 2], "instances": [0, 1, 26001, 1]})", 5, limits);
  EXPECT_EQ(both.instances->ids, (std::vector<int32_t>{0, 26001}));
}

TEST(ServeRuns, RefuseWhatIsNone) {
  EXPECT_TRUE(hasParts(refusal("3"), {"the request: ", "JSON object with width, height and runs"}));
  EXPECT_TRUE(hasParts(refusal(std::string(1 << 20, '[')), {"the request: "}));
  EXPECT_TRUE(hasParts(refusal("{\"width\": 2, \"height\": 1}"), {"runs: must be a list"}));
  EXPECT_TRUE(hasParts(refusal(R"({"width": 0, "height": 1, "runs": []})"), {"width", "0"}));
  EXPECT_TRUE(hasParts(refusal(R"({"width": 100, "height": 100, "runs": []})"), {"more than 1000 pixels"}));
  EXPECT_TRUE(hasParts(refusal(R"({"width": 2, "height": 1, "runs": [0]})"), {"runs: must be a list"}));
  EXPECT_TRUE(hasParts(refusal(R"({"width": 2, "height": 1, "runs": [5, 2]})"), {"runs[0]: id 5 is not in -1..4"}));
  EXPECT_TRUE(hasParts(refusal(R"({"width": 2, "height": 1, "runs": [0, 3]})"), {"runs[1]: 3 pixels"}));
  EXPECT_TRUE(hasParts(refusal(R"({"width": 2, "height": 1, "runs": [0, 0, 1, 2]})"), {"runs[1]: 0 pixels"}));
  EXPECT_TRUE(hasParts(refusal(R"({"width": 2, "height": 1, "runs": [0, -1]})"), {"runs[1]: -1 pixels"}));
  EXPECT_TRUE(hasParts(refusal(R"({"width": 2, "height": 1, "runs": [0, 1]})"), {"has 1 pixels of 2"}));
  EXPECT_TRUE(hasParts(refusal(R"({"width": 2, "height": 1, "runs": [0, 1.5]})"), {"runs[1]", "not a whole number"}));
  EXPECT_TRUE(hasParts(refusal(R"({"width": 2, "height": 1, "runs": [0, 18446744073709551615]})"), {"runs[1]"}));
  EXPECT_TRUE(hasParts(refusal(R"({"width": 2, "height": 1, "runs": [0, 2], "size": 1})"), {"unknown key \"size\""}));
}

// What the page saves is what `sample` reads, by whatever conventions.
TEST(ServeLabels, FilesAreReadBack) {
  const char *configurations[] = {
      R"({"num_classes": 5, "data": {"ignore": [9]}})",
      R"({"num_classes": 5, "data": {"remap": "minus_one", "ignore": [255]}})",
      R"({"num_classes": 5, "data": {"remap": {"700": 3, "3": 9}, "ignore": [9]}})",
      R"({"num_classes": 5, "data": {"label_values": "grays", "ignore": [9]}})",
      R"({"num_classes": 5, "data": {"ignore": [9], "palette": {"0": [0, 0, 0], "1": [10, 20, 30], "2": [255, 0, 0],
          "3": [1, 1, 1], "4": [128, 128, 128], "9": [255, 255, 255]}}})"};
  LabelMap map{6, 4, {}};
  for (int i = 0; i < 24; ++i)
    map.ids.push_back(i % 6 - 1);
  for (const char *configuration : configurations) {
    const LabelCodec codec(*painterModel(configuration), 4, 6);
    EXPECT_TRUE(codec.storesIgnored()) << configuration;
    const std::vector<uint8_t> png = codec.encode(map);
    const LabelMaps read = codec.decode("image/png", std::string(png.begin(), png.end()));
    EXPECT_EQ(read.labels.ids, map.ids) << configuration;
  }
}

// Every class of the known sets, those without a color of their own too, alone and with all others.
TEST(ServeLabels, FilesOfKnownSetsAreReadBack) {
  const std::pair<int, const char *> sets[] = {{150, "ade20k"}, {182, "coco_stuff"}, {34, "cityscapes"}};
  for (const auto &[count, name] : sets) {
    const std::string config =
        "{\"num_classes\": " + std::to_string(count) + ", \"data\": {\"dataset\": \"" + name + "\"}}";
    const LabelCodec codec(*painterModel(config), 1, count + 1);
    EXPECT_TRUE(codec.storesIgnored()) << name;
    for (int id = -1; id <= count; ++id) {
      LabelMap map{count + 1, 1, std::vector<int32_t>(size_t(count) + 1, id)};
      if (id == count)
        std::iota(map.ids.begin(), map.ids.end(), -1);
      const std::vector<uint8_t> png = codec.encode(map);
      EXPECT_EQ(codec.decode("image/png", std::string(png.begin(), png.end())).labels.ids, map.ids) << name << id;
    }
  }
}

TEST(ServeLabels, InstancesBecomeAFile) {
  const std::vector<uint8_t> png = encodeInstances({3, 1, {7, 26001, 7}});
  EXPECT_EQ(decodeLabelMap(png.data(), png.size(), "i.png").ids, (std::vector<int32_t>{0, 1, 0}));
  LabelMap many{300, 1, std::vector<int32_t>(300)};
  std::iota(many.ids.begin(), many.ids.end(), 0);
  const std::vector<uint8_t> wide = encodeInstances(many);
  EXPECT_EQ(decodeLabelMap(wide.data(), wide.size(), "i.png").ids, many.ids);
  LabelMap tooMany{300, 300, std::vector<int32_t>(300 * 300)};
  std::iota(tooMany.ids.begin(), tooMany.ids.end(), 0);
  EXPECT_TRUE(hasParts(errorOf([&] { encodeInstances(tooMany); }), {"has 90000 instances"}));
}

TEST(ServeLabels, ClassesWithoutAnIdInFilesCannotBeSaved) {
  const LabelCodec codec(
      *painterModel(R"({"num_classes": 5, "data": {"label_values": "colors", "palette": {"0": [0, 0, 0]}}})"), 4, 6);
  const LabelMap map{6, 4, std::vector<int32_t>(24, 3)};
  EXPECT_FALSE(codec.storesIgnored());
  EXPECT_TRUE(hasParts(errorOf([&] { codec.encode(map); }), {"no color in files for class 3"}));
}

// Who sends such maps cannot fill the log.
TEST(ServeLabels, WhatCanBeReadInTwoWaysIsToldOnce) {
  const LabelCodec codec(*painterModel(R"({"num_classes": 5, "data": {"ignore": [255]}})"), 4, 6);
  const std::vector<uint8_t> png = encodeIndexedPng({2, 1, {0, 1}}, {0x000000, 0xffffff});
  int notes = 0;
  const LogSink before = setLogSink([&](LogLevel, const std::string &) { ++notes; });
  for (int i = 0; i < 3; ++i)
    codec.decode("image/png", std::string(png.begin(), png.end()));
  setLogSink(before);
  EXPECT_EQ(notes, 1);
}

TEST(ServeLabels, RefuseWhatIsNone) {
  const LabelCodec codec(*painterModel(R"({"num_classes": 5})"), 4, 6);
  auto refused = [&](const std::string &type, const std::vector<uint8_t> &body) {
    return errorOf([&] { codec.decode(type, std::string(body.begin(), body.end())); });
  };
  EXPECT_TRUE(hasParts(refused("text/plain", {}), {"Content-Type \"text/plain\""}));
  EXPECT_TRUE(hasParts(refused("image/png", {}), {"the label map: not a PNG file"}));
  EXPECT_TRUE(
      hasParts(refused("image/png", encodeLabelMap({2, 1, {0, 77}})), {"the label map: id 77 at pixel (1, 0)"}));
  EXPECT_TRUE(hasParts(refused("image/png", encodeLabelMap({4096, 1025, std::vector<int32_t>(4096 * 1025, 0)})),
                       {"the label map: the picture has 4096 x 1025 pixels"}));
}

TEST(ServeLabels, DamagedFilesAreErrors) {
  const LabelCodec codec(*painterModel(R"({"num_classes": 5})"), 4, 6);
  const std::vector<uint8_t> png = encodeLabelMap({6, 4, std::vector<int32_t>(24, 3)});
  Damage damage(5);
  for (int i = 0; i < 500; ++i) {
    const std::vector<uint8_t> bytes = damage.of(png, png.size());
    try {
      codec.decode("image/png", std::string(bytes.begin(), bytes.end()));
    } catch (const Error &) {
    }
  }
}

TEST(ServePictures, JpegIsCloseToWhatItShows) {
  std::vector<uint8_t> pixels;
  for (int i = 0; i < 32 * 16; ++i)
    for (int c = 0; c < 3; ++c)
      pixels.push_back(uint8_t(i % 32 * 4 + c * 20));
  const std::vector<uint8_t> jpeg = encodeRgbJpeg(32, 16, pixels.data());
  const RgbImage image = decodeRgbJpeg(jpeg.data(), jpeg.size(), "a.jpg");
  ASSERT_EQ(image.pixels.size(), pixels.size());
  for (size_t i = 0; i < pixels.size(); ++i)
    ASSERT_NEAR(image.pixels[i], pixels[i], 8) << i;
  EXPECT_TRUE(hasParts(errorOf([&] { encodeRgbJpeg(0, 4, pixels.data()); }), {"0 x 4"}));
}

} // namespace
