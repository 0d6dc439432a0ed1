// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "data_support.h"
#include "runtime/data/label_maps.h"

using namespace dpsims;
using namespace dpsims::test;

namespace {

constexpr int32_t none = ignoredId;

class LabelMaps : public testing::Test {
protected:
  /// A map of one row.
  LabelMap row(const std::vector<int32_t> &ids) { return {int(ids.size()), 1, ids}; }

  std::string grays(const std::string &name, const std::vector<int32_t> &ids, int bits = 8) {
    writeLabelMap(folder / name, row(ids), bits);
    return folder / name;
  }

  std::string indices(const std::string &name, const std::vector<int32_t> &ids, const std::vector<uint32_t> &palette) {
    writeIndexedPng(folder / name, row(ids), palette);
    return folder / name;
  }

  std::string colors(const std::string &name, const std::vector<uint32_t> &values) {
    std::vector<uint8_t> pixels;
    for (uint32_t value : values)
      for (int shift : {16, 8, 0})
        pixels.push_back(uint8_t(value >> shift));
    writeRgbPng(folder / name, int(values.size()), 1, pixels.data());
    return folder / name;
  }

  /// Ids of each file of a folder.
  std::vector<std::vector<int32_t>> read(const DataConfiguration &configuration,
                                         const std::vector<std::string> &paths) {
    const LabelFolder found = lookAtLabels(configuration, paths);
    std::vector<std::vector<int32_t>> result;
    for (const std::string &path : paths)
      result.push_back(readLabels(configuration, found, path).map.ids);
    return result;
  }

  std::vector<int32_t> readOne(const DataConfiguration &configuration, const std::string &path) {
    return read(configuration, {path})[0];
  }

  /// The note on stderr that reading a folder makes.
  std::string noteOf(const DataConfiguration &configuration, const std::vector<std::string> &paths) {
    testing::internal::CaptureStderr();
    read(configuration, paths);
    return testing::internal::GetCapturedStderr();
  }

  const DataConfiguration plain = configure(R"({"ignore": [255]})");
  const DataConfiguration oneBased =
      DataConfiguration::parse(R"({"num_classes": 150, "data": {"remap": "minus_one", "ignore": [255]}})", "ade.json");
  const DataConfiguration colored = configure(
      R"({"palette": {"0": [128, 128, 128], "1": [128, 0, 0], "2": [0, 128, 0], "3": [0, 0, 0]}, "ignore": [3]})");

  TemporaryDirectory folder;
};

TEST_F(LabelMaps, GraysMayBecomeIndicesOfGrays) {
  const std::vector<int32_t> wanted = {2, 4, 17, none};
  const std::string gray = grays("a.png", {3, 5, 18, 0});
  const std::string indexed = indices("b.png", {1, 2, 3, 0}, {0, 0x030303, 0x050505, 0x121212});
  const std::string other = indices("c.png", {0, 2, 1, 3}, {0x030303, 0x121212, 0x050505, 0});
  const std::string rgb = colors("d.png", {0x030303, 0x050505, 0x121212, 0});
  for (const std::string &path : {gray, indexed, other, rgb})
    EXPECT_EQ(readOne(oneBased, path), wanted) << path;
  for (const std::vector<int32_t> &ids : read(oneBased, {gray, indexed, other, rgb}))
    EXPECT_EQ(ids, wanted);
}

TEST_F(LabelMaps, ColorsMayBecomeIndices) {
  const std::vector<int32_t> wanted = {0, 1, 2, none};
  const std::string rgb = colors("a.png", {0x808080, 0x800000, 0x008000, 0});
  const std::string indexed = indices("b.png", {3, 1, 2, 0}, {0, 0x800000, 0x008000, 0x808080});
  const std::string unused = indices("c.png", {3, 1, 2, 0}, {0, 0x800000, 0x008000, 0x808080, 0x123456});
  for (const std::string &path : {rgb, indexed, unused})
    EXPECT_EQ(readOne(colored, path), wanted) << path;
  // A map of one color, black, may be stored as gray: its folder tells what it is.
  const std::string black = grays("d.png", {0, 0});
  EXPECT_EQ(read(colored, {indexed, black})[1], (std::vector<int32_t>{none, none}));
  EXPECT_EQ(read(colored, {rgb, black})[1], (std::vector<int32_t>{none, none}));
  EXPECT_EQ(read(colored, {grays("e.png", {2}), black})[1], (std::vector<int32_t>{0, 0}));
  EXPECT_TRUE(hasParts(noteOf(colored, {grays("f.png", {0, 0}, 1)}), {"note: ", "f.png: its grays"}));
  EXPECT_TRUE(hasParts(noteOf(colored, {black}), {"note: ", "d.png: its grays are taken as ids", "label_values"}));
}

TEST_F(LabelMaps, ThatMixIdsAndColorsAreErrors) {
  const std::vector<std::string> paths = {colors("a.png", {0x808080}), grays("b.png", {1, 2})};
  EXPECT_TRUE(hasParts(errorOf([&] { read(colored, paths); }),
                       {"b.png: color #010101", "a.png stores colors of data.palette", "label_values"}));
  DataConfiguration ids = colored;
  ids.labelValues = DataConfiguration::LabelValues::Ids;
  EXPECT_EQ(readOne(ids, paths[1]), (std::vector<int32_t>{1, 2}));
}

TEST_F(LabelMaps, IndicesAreIdsWherePalettesAgree) {
  const std::vector<uint32_t> palette = {0, 0x800000, 0x008000, 0x808000, 0x000080};
  const std::string whole = indices("a.png", {0, 4, 2}, palette);
  const std::string part = indices("b.png", {0, 1}, {0, 0x800000});
  EXPECT_EQ(read(plain, {whole, part}), (std::vector<std::vector<int32_t>>{{0, 4, 2}, {0, 1}}));
  // A palette of the data's colors, each at its id, is that kind too, whatever else it has.
  const DataConfiguration drawn = configure(R"({"palette": {"0": [0, 0, 0], "1": [128, 0, 0]}, "ignore": [255]})");
  EXPECT_EQ(readOne(drawn, whole), (std::vector<int32_t>{0, 4, 2}));
  const std::string own = indices("c.png", {0, 1}, {0, 0x008000});
  EXPECT_TRUE(hasParts(errorOf([&] { read(plain, {whole, own}); }),
                       {"a.png", "c.png", "index 1 is #", "(0, 128, 0)", "data.palette", "label_values"}));
}

// As some programs turn 8 bits into 16.
TEST_F(LabelMaps, OfDoubledBytesAreThoseOfOne) {
  const std::string doubled = grays("a.png", {0, 257, 4 * 257}, 16);
  EXPECT_EQ(readOne(plain, doubled), (std::vector<int32_t>{0, 1, 4}));
  EXPECT_EQ(readOne(plain, grays("b.png", {0, 255 * 257}, 16)), (std::vector<int32_t>{0, none}));
  const DataConfiguration many = DataConfiguration::parse(R"({"num_classes": 300})", "c.json");
  EXPECT_EQ(readOne(many, grays("c.png", {0, 257}, 16)), (std::vector<int32_t>{0, 257}));
  const DataConfiguration ids = configure(R"({"label_values": "ids"})");
  EXPECT_TRUE(hasParts(errorOf([&] { readOne(ids, doubled); }), {"id 257 at pixel (1, 0)"}));
}

TEST_F(LabelMaps, OfOneBitAreIdsOrGrays) {
  const std::string bits = grays("a.png", {0, 1}, 1), wide = grays("b.png", {0, 255});
  // Only one of both has a meaning.
  const DataConfiguration all = configure(R"({"dataset": "camvid"})"),
                          one = DataConfiguration::parse(R"({"num_classes": 1, "data": {"ignore": [255]}})", "c.json");
  EXPECT_EQ(readOne(all, bits), (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(readOne(one, bits), (std::vector<int32_t>{0, none}));
  // Both have: it is told, or an error if another file shows that grays are stored as they are.
  EXPECT_EQ(readOne(plain, bits), (std::vector<int32_t>{0, 1}));
  EXPECT_TRUE(hasParts(noteOf(plain, {bits, bits}), {"note: ", "a.png: stores 1 and shows the gray 255"}));
  EXPECT_TRUE(hasParts(errorOf([&] { read(plain, {bits, wide}); }),
                       {"a.png: stores 1 and shows the gray 255", "b.png", "\"ids\"", "\"grays\""}));
  EXPECT_EQ(noteOf(plain, {grays("c.png", {0, 0}, 1)}), "");
  // A file beside it that can be read only by what it shows.
  EXPECT_EQ(read(plain, {bits, colors("d.png", {0x040404})})[0], (std::vector<int32_t>{0, none}));
  const DataConfiguration shown = configure(R"({"label_values": "grays", "ignore": [255]})");
  EXPECT_EQ(read(shown, {bits, wide}), (std::vector<std::vector<int32_t>>{{0, none}, {0, none}}));
}

TEST_F(LabelMaps, OnlyIdsThatAreNoClassAreIgnoredByDefault) {
  const DataConfiguration many = DataConfiguration::parse(R"({"num_classes": 300})", "c.json");
  EXPECT_EQ(readOne(many, grays("a.png", {255, 299}, 16)), (std::vector<int32_t>{255, 299}));
  const DataConfiguration camvid =
      DataConfiguration::parse(R"({"num_classes": 12, "data": {"dataset": "camvid"}})", "c.json");
  EXPECT_EQ(readOne(camvid, grays("b.png", {0, 11})), (std::vector<int32_t>{0, 11}));
  const std::string mask = grays("c.png", {0, 255, 255, 0});
  const ReadLabels labels = readLabels(plain, lookAtLabels(plain, {mask}), mask);
  EXPECT_EQ(labels.map.ids, (std::vector<int32_t>{0, none, none, 0}));
  EXPECT_EQ(labels.ignored, (std::map<int32_t, uint64_t>{{255, 2}}));
}

TEST_F(LabelMaps, IdsThatCountFromOneAreToldHow) {
  const std::string path = grays("a.png", {1, 5});
  EXPECT_TRUE(hasParts(errorOf([&] { readOne(plain, path); }), {"id 5 at pixel (1, 0)", "0..4", "\"minus_one\""}));
}

TEST_F(LabelMaps, IdsOfThePaletteAreRemapped) {
  for (const char *remap : {R"("minus_one")", R"({"1": 3, "2": 3, "3": 0})"}) {
    const DataConfiguration configuration = configure(
        std::string(R"({"palette": {"1": [128, 0, 0], "2": [0, 128, 0], "3": [0, 0, 128]}, "remap": )") + remap + "}");
    EXPECT_EQ(readOne(configuration, grays("ids.png", {1, 2, 3})),
              readOne(configuration, colors("rgb.png", {0x800000, 0x008000, 0x000080})));
  }
  EXPECT_EQ(configure(R"({"palette": {"1": [1, 2, 3]}, "remap": "minus_one"})").palette[0], 0x010203u);
}

} // namespace
