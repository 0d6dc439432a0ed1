// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/png.h"
#include "support.h"

#include <cstring>

#include <zlib.h>

using namespace dpsims;
using namespace dpsims::test;

using Bytes = std::vector<uint8_t>;

// A PNG made by hand, for what the writer does not write.
namespace {
class Png {
public:
  Png(uint32_t width, uint32_t height, int depth, int colorType, int interlace = 0) {
    bytes = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    Bytes header;
    appendWord(header, width);
    appendWord(header, height);
    for (int value : {depth, colorType, 0, 0, interlace})
      header.push_back(uint8_t(value));
    chunk("IHDR", header);
  }

  Png &chunk(const char *type, const Bytes &data) {
    appendWord(bytes, uint32_t(data.size()));
    Bytes body(type, type + 4);
    body.insert(body.end(), data.begin(), data.end());
    bytes.insert(bytes.end(), body.begin(), body.end());
    appendWord(bytes, uint32_t(::crc32(0, body.data(), uInt(body.size()))));
    return *this;
  }

  /// The rows, each with its filter's number in front.
  Png &image(const Bytes &rows) {
    uLongf size = ::compressBound(uLong(rows.size()));
    Bytes data(size);
    ::compress(data.data(), &size, rows.data(), uLong(rows.size()));
    data.resize(size);
    return chunk("IDAT", data);
  }

  Bytes end() { return chunk("IEND", {}).bytes; }

  Bytes bytes;

private:
  static void appendWord(Bytes &to, uint32_t word) {
    for (int shift : {24, 16, 8, 0})
      to.push_back(uint8_t(word >> shift));
  }
};
} // namespace

static std::vector<int32_t> decodeLabels(const Bytes &file, const ColorMap *colors = nullptr) {
  return decodeLabelMap(file.data(), file.size(), "a.png", colors).ids;
}

enum { Gray = 0, Rgb = 2, Indexed = 3, GrayAlpha = 4, Rgba = 6 };

static LabelMap decoded(const Bytes &bytes, const ColorMap *colors = nullptr) {
  return decodeLabelMap(bytes.data(), bytes.size(), "a.png", colors);
}

static std::string decodeError(const Bytes &bytes, const ColorMap *colors = nullptr) {
  return errorOf([&] { decoded(bytes, colors); });
}

TEST(Png, KeepsGrayValues) {
  for (int bits : {1, 2, 4, 8, 16}) {
    const int32_t top = (1 << bits) - 1;
    const LabelMap labels{3, 2, {0, 1, top, top, 0, 1}};
    const LabelMap back = decoded(encodeLabelMap(labels, bits));
    EXPECT_EQ(back.width, 3);
    EXPECT_EQ(back.height, 2);
    EXPECT_EQ(back.ids, labels.ids);
  }
}

TEST(Png, KeepsPaletteIndices) {
  const LabelMap labels{3, 1, {2, 0, 1}};
  EXPECT_EQ(decoded(encodeIndexedPng(labels, {0xff0000, 0x00ff00, 0x0000ff})).ids, labels.ids);
  // Two bits an index, with transparency.
  const Bytes file = Png(3, 1, 2, Indexed)
                         .chunk("PLTE", {255, 0, 0, 0, 255, 0, 0, 0, 255})
                         .chunk("tRNS", {0, 128})
                         .image({0, 0b10'00'01'00})
                         .end();
  EXPECT_EQ(decoded(file).ids, labels.ids);
}

TEST(Png, ReadsInterlacedFiles) {
  // 2 x 2: pass 1 is pixel (0, 0), pass 6 pixel (1, 0), pass 7 the second row.
  EXPECT_EQ(decoded(Png(2, 2, 8, Gray, 1).image({0, 5, 0, 6, 0, 7, 8}).end()).ids, (std::vector<int32_t>{5, 6, 7, 8}));
}

TEST(Png, MapsColors) {
  const ColorMap colors = {{0xff0000, 3}, {0x000000, 0}, {0x555555, 70000}};
  const uint8_t pixels[] = {255, 0, 0, 0, 0, 0, 255, 0, 0, 0x55, 0x55, 0x55};
  const Bytes file = encodeRgbPng(2, 2, pixels);
  EXPECT_EQ(decoded(file, &colors).ids, (std::vector<int32_t>{3, 0, 3, 70000}));
  // Through a palette, and gray: still colors.
  EXPECT_EQ(decoded(encodeIndexedPng({2, 1, {1, 0}}, {0xff0000, 0}), &colors).ids, (std::vector<int32_t>{0, 3}));
  EXPECT_EQ(decoded(encodeLabelMap({2, 1, {1, 0}}, 2), &colors).ids, (std::vector<int32_t>{70000, 0}));
  const ColorMap fewer = {{0xff0000, 3}, {0x000000, 0}};
  EXPECT_EQ(decodeError(file, &fewer),
            "a.png: color #555555 (85, 85, 85) at pixel (1, 1) is not in data.palette; add it there");
}

TEST(Png, TakesOpaqueAlphaForNone) {
  const ColorMap colors = {{0x010203, 7}, {0x050505, 3}};
  EXPECT_EQ(decodeLabels(Png(2, 1, 8, Rgba).image({0, 1, 2, 3, 255, 5, 5, 5, 255}).end(), &colors),
            (std::vector<int32_t>{7, 3}));
  EXPECT_EQ(decodeLabels(Png(2, 1, 8, GrayAlpha).image({0, 5, 255, 9, 255}).end()), (std::vector<int32_t>{5, 9}));
  EXPECT_EQ(decodeLabels(Png(1, 1, 8, GrayAlpha).image({0, 5, 255}).end(), &colors), (std::vector<int32_t>{3}));
  EXPECT_EQ(decodeLabels(Png(1, 1, 16, GrayAlpha).image({0, 1, 2, 255, 255}).end()), (std::vector<int32_t>{258}));
  EXPECT_EQ(decodeLabels(Png(1, 1, 16, Rgba).image({0, 1, 1, 2, 2, 3, 3, 255, 255}).end(), &colors),
            (std::vector<int32_t>{7}));
  EXPECT_EQ(decodeLabels(Png(1, 1, 16, Rgb).image({0, 5, 5, 5, 5, 5, 5}).end(), &colors), (std::vector<int32_t>{3}));
  EXPECT_TRUE(hasParts(decodeError(Png(2, 1, 8, Rgba).image({0, 1, 2, 3, 255, 5, 5, 5, 254}).end(), &colors),
                       {"alpha channel that is not opaque (pixel (1, 0))", "store it without one"}));
}

TEST(Png, ReadsInstancesInColor) {
  TemporaryDirectory directory;
  const std::string path = directory / "i.png";
  const uint8_t pixels[] = {44, 1, 0, 44, 1, 0, 1, 0, 2};
  writeRgbPng(path, 3, 1, pixels);
  EXPECT_EQ(readInstanceMap(path).ids, (std::vector<int32_t>{300, 300, 1 + 2 * 65536}));
  writeLabelMap(path, {2, 1, {26001, 0}}, 16);
  EXPECT_EQ(readInstanceMap(path).ids, (std::vector<int32_t>{26001, 0}));
}

TEST(Png, SaysWhatIsNoLabelMap) {
  const uint8_t pixels[] = {255, 0, 0};
  const ColorMap colors;
  EXPECT_TRUE(hasParts(decodeError(encodeRgbPng(1, 1, pixels)), {"color picture", "data.palette"}));
  for (const ColorMap *map : {&colors, static_cast<const ColorMap *>(nullptr)}) {
    EXPECT_TRUE(hasParts(decodeError(Png(1, 1, 8, Rgba).image({0, 1, 2, 3, 4}).end(), map), {"alpha channel"}));
    EXPECT_TRUE(hasParts(decodeError(Png(1, 1, 8, GrayAlpha).image({0, 1, 2}).end(), map), {"alpha channel"}));
  }
  EXPECT_TRUE(hasParts(decodeError(Png(1, 1, 16, Rgb).image({0, 1, 2, 3, 4, 5, 6}).end(), &colors), {"16 bits"}));
  const Bytes beyond = Png(1, 1, 8, Indexed).chunk("PLTE", {1, 2, 3}).image({0, 9}).end();
  EXPECT_TRUE(hasParts(decodeError(beyond, &colors), {"index 9 at pixel (0, 0)", "palette of 1"}));
}

TEST(Png, NamesOtherFiles) {
  auto error = [](const std::string &text) { return decodeError(Bytes(text.begin(), text.end())); };
  EXPECT_TRUE(hasParts(error(""), {"a.png: not a PNG file: it is empty"}));
  EXPECT_TRUE(hasParts(error("\xff\xd8\xff\xe0 etc."), {"it is a JPEG"}));
  EXPECT_TRUE(hasParts(error("GIF89a"), {"it is a GIF"}));
  EXPECT_TRUE(hasParts(error("P5 1 1 255 x"), {"it is a PNM"}));
  EXPECT_TRUE(hasParts(error(std::string("II*\0abcd", 8)), {"it is a TIFF"}));
  EXPECT_TRUE(hasParts(error("hello, world"), {"not a PNG file"}));
  EXPECT_TRUE(hasParts(error("\x89PNG\r\n\x1a\n"), {"truncated after 8 bytes"}));
}

TEST(Png, RefusesHugePicturesBeforeTakingMemory) {
  EXPECT_TRUE(hasParts(decodeError(Png(100000, 100000, 8, Gray).image({0}).end()),
                       {"100000 x 100000 pixels", "16384 x 16384", "make it smaller"}));
  EXPECT_TRUE(hasParts(decodeError(Png(0xffffffff, 0xffffffff, 16, Rgba).end()), {"4294967295 x 4294967295"}));
  // Within the limits, but the file is far too short for it.
  EXPECT_TRUE(hasParts(decodeError(Png(16384, 16384, 8, Gray).image({0}).end()), {"cannot hold 16384 x 16384"}));
  const Bytes small = encodeLabelMap({3, 2, {0, 0, 0, 0, 0, 0}});
  PngLimits limits;
  limits.pixels = 5;
  EXPECT_TRUE(hasParts(errorOf([&] { decodeLabelMap(small.data(), small.size(), "a.png", nullptr, limits); }),
                       {"3 x 2 pixels", "5 in all"}));
}

TEST(Png, RefusesDamagedFiles) {
  LabelMap labels{64, 64, {}};
  for (int i = 0; i < 64 * 64; ++i)
    labels.ids.push_back(i * 37 % 251);
  const Bytes good = encodeLabelMap(labels);
  for (size_t size : {size_t(30), good.size() / 2, good.size() - 12, good.size() - 1})
    EXPECT_TRUE(hasParts(decodeError(Bytes(good.begin(), good.begin() + long(size))), {"damaged PNG", "truncated"}));
  Bytes flipped = good;
  flipped[good.size() / 2] ^= 1;
  EXPECT_TRUE(hasParts(decodeError(flipped), {"a.png: damaged PNG: ", "near byte"}));
  EXPECT_TRUE(hasParts(decodeError(Png(0, 1, 8, Gray).image({0}).end()), {"damaged PNG"}));
  EXPECT_TRUE(hasParts(decodeError(Png(1, 1, 7, Gray).image({0, 0}).end()), {"damaged PNG"}));
  EXPECT_TRUE(hasParts(decodeError(Png(1, 1, 8, Indexed).image({0, 0}).end()), {"damaged PNG"}));
  EXPECT_TRUE(hasParts(decodeError(Png(1, 2, 8, Gray).image({0, 0}).end()), {"damaged PNG"}));
  EXPECT_TRUE(hasParts(decodeError(Png(1, 1, 8, Gray).end()), {"damaged PNG"}));
}

TEST(Png, WritesAndReadsFiles) {
  TemporaryDirectory directory;
  const uint8_t pixels[] = {1, 2, 3, 4, 5, 6};
  writeRgbPng(directory / "rgb.png", 1, 2, pixels);
  const RgbImage image = readRgbPng(directory / "rgb.png");
  EXPECT_EQ(image.width, 1);
  EXPECT_EQ(image.height, 2);
  EXPECT_EQ(image.pixels, Bytes(pixels, pixels + 6));
  writeLabelMap(directory / "ids.png", {2, 1, {65535, 256}}, 16);
  EXPECT_EQ(readLabelMap(directory / "ids.png").ids, (std::vector<int32_t>{65535, 256}));
  writeIndexedPng(directory / "indexed.png", {2, 1, {1, 0}}, {0x112233, 0x445566});
  EXPECT_EQ(readLabelMap(directory / "indexed.png").ids, (std::vector<int32_t>{1, 0}));
  EXPECT_EQ(readRgbPng(directory / "indexed.png").pixels, (Bytes{0x44, 0x55, 0x66, 0x11, 0x22, 0x33}));
  EXPECT_EQ(directory.entries(), 3u);
  EXPECT_TRUE(hasParts(errorOf([&] { readLabelMap(directory / "none.png"); }), {"/none.png: ", "No such file"}));
  EXPECT_TRUE(hasParts(errorOf([&] { writeRgbPng(directory / "none/a.png", 1, 2, pixels); }), {"/none/a.png: "}));
}

TEST(Png, ExpandsAnythingToRgb) {
  auto rgb = [](const Bytes &bytes) { return decodeRgbPng(bytes.data(), bytes.size(), "a.png").pixels; };
  EXPECT_EQ(rgb(encodeLabelMap({2, 1, {3, 1}}, 2)), (Bytes{255, 255, 255, 85, 85, 85}));
  EXPECT_EQ(rgb(encodeLabelMap({2, 1, {65535, 257 * 7}}, 16)), (Bytes{255, 255, 255, 7, 7, 7}));
  EXPECT_EQ(rgb(Png(1, 1, 8, Rgba).image({0, 1, 2, 3, 4}).end()), (Bytes{1, 2, 3}));
  EXPECT_EQ(rgb(Png(1, 1, 16, GrayAlpha).image({0, 9, 9, 0, 0}).end()), (Bytes{9, 9, 9}));
  EXPECT_EQ(rgb(Png(1, 1, 16, Rgba).image({0, 9, 9, 8, 8, 7, 7, 0, 0}).end()), (Bytes{9, 8, 7}));
}

TEST(Png, RefusesToWriteWhatDoesNotFit) {
  EXPECT_TRUE(hasParts(errorOf([] { encodeLabelMap({1, 1, {256}}); }), {"id 256 is not in 0..255"}));
  EXPECT_TRUE(hasParts(errorOf([] { encodeLabelMap({1, 1, {-1}}, 16); }), {"id -1"}));
  EXPECT_TRUE(hasParts(errorOf([] { encodeLabelMap({2, 1, {0}}); }), {"has 1 ids"}));
  EXPECT_THROW(encodeLabelMap({1, 1, {0}}, 3), Error);
  EXPECT_THROW(encodeRgbPng(0, 1, nullptr), Error);
  EXPECT_TRUE(hasParts(errorOf([] { encodeIndexedPng({1, 1, {1}}, {0}); }), {"id 1 is not in 0..0"}));
  EXPECT_THROW(encodeIndexedPng({1, 1, {1}}, {}), Error);
}

TEST(Png, SurvivesDamage) {
  LabelMap labels{20, 20, {}};
  for (int i = 0; i < 400; ++i)
    labels.ids.push_back(i % 3);
  const ColorMap colors = {{0, 0}, {0xff0000, 1}, {0x00ff00, 2}};
  const std::vector<uint8_t> pixels(1200, 0);
  const Bytes files[] = {encodeIndexedPng(labels, {0, 0xff0000, 0x00ff00}), encodeLabelMap(labels, 2),
                         encodeLabelMap(labels, 16), encodeRgbPng(20, 20, pixels.data()),
                         Png(2, 2, 8, Gray, 1).image({0, 5, 0, 6, 0, 7, 8}).end()};
  Damage damage(2);
  int good = 0;
  for (int i = 0; i < 6000; ++i) {
    const Bytes &file = files[i % std::size(files)];
    // Half of the damage falls on the header, where it does most.
    const Bytes bytes = damage.of(file, i % 2 ? file.size() : 40);
    for (const ColorMap *map : {&colors, static_cast<const ColorMap *>(nullptr)})
      try {
        const LabelMap back = decoded(bytes, map);
        EXPECT_EQ(back.ids.size(), size_t(back.width) * size_t(back.height));
        ++good;
      } catch (const Error &error) {
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      }
  }
  RecordProperty("stillGood", good);
}

// CRCs catch most damage before the decoder sees it; here the chunks' sums are right and their content is not.
TEST(Png, SurvivesDamageBehindRightSums) {
  Damage damage(3);
  for (int i = 0; i < 4000; ++i) {
    const int depths[] = {1, 2, 4, 8, 16}, types[] = {Gray, Rgb, Indexed, GrayAlpha, Rgba};
    Png png(uint32_t(1 + damage.next(40)), uint32_t(1 + damage.next(40)), depths[damage.next(5)], types[damage.next(5)],
            int(damage.next(2)));
    Bytes palette(damage.next(800)), rows(1 + damage.next(4000));
    for (uint8_t &byte : palette)
      byte = uint8_t(damage.next(256));
    for (uint8_t &byte : rows)
      byte = uint8_t(damage.next(6));
    if (damage.next(2))
      png.chunk("PLTE", palette);
    if (damage.next(4) == 0)
      png.chunk("tRNS", Bytes(palette.begin(), palette.begin() + long(palette.size() / 3)));
    const Bytes bytes = png.image(rows).end();
    try {
      decoded(bytes);
      decodeRgbPng(bytes.data(), bytes.size(), "a.png");
    } catch (const Error &error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
}
