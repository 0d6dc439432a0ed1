// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "jpeg_writer.h"
#include "runtime/image/jpeg.h"
#include "runtime/image/photo.h"
#include "runtime/image/png.h"
#include "support.h"

#include <cstdlib>

using namespace dpsims;
using namespace dpsims::test;

using Bytes = std::vector<uint8_t>;

static RgbImage decoded(const Bytes &bytes) { return decodeRgbJpeg(bytes.data(), bytes.size(), "a.jpg"); }

static std::string decodeError(const Bytes &bytes) {
  return errorOf([&] { decoded(bytes); });
}

/// A smooth picture with `channels` values a pixel.
static Bytes ramps(int width, int height, int channels) {
  Bytes pixels;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        pixels.push_back(uint8_t(c == 0 ? 4 * x : c == 1 ? 4 * y : 2 * (x + y)));
  return pixels;
}

static testing::AssertionResult near(const Bytes &a, const Bytes &b, int tolerance = 3) {
  if (a.size() != b.size())
    return testing::AssertionFailure() << a.size() << " and " << b.size() << " values";
  for (size_t i = 0; i < a.size(); ++i)
    if (std::abs(a[i] - b[i]) > tolerance)
      return testing::AssertionFailure() << "value " << i << ": " << int(a[i]) << " and " << int(b[i]);
  return testing::AssertionSuccess();
}

TEST(Jpeg, ReadsColor) {
  const Bytes pixels = ramps(48, 33, 3);
  for (bool progressive : {false, true})
    for (J_COLOR_SPACE stored : {JCS_YCbCr, JCS_RGB}) {
      const RgbImage image = decoded(encodeJpeg(48, 33, pixels, {JCS_RGB, stored, progressive, stored == JCS_RGB}));
      EXPECT_EQ(image.width, 48);
      EXPECT_EQ(image.height, 33);
      EXPECT_TRUE(near(image.pixels, pixels));
    }
}

// Nothing is wrong with such a file, so fetching it again does not help.
TEST(Jpeg, NamesKindsThatAreNotRead) {
  for (const auto &[at, byte] : {std::pair<int, int>{1, 0xc3}, {4, 12}}) { // lossless; 12 bits
    Bytes file = encodeJpeg(16, 16, ramps(16, 16, 3));
    const uint8_t frame[] = {0xff, 0xc0};
    const auto found = std::search(file.begin(), file.end(), std::begin(frame), std::end(frame));
    ASSERT_NE(found, file.end());
    found[at] = uint8_t(byte);
    EXPECT_TRUE(hasParts(errorOf([&] { decoded(file); }),
                         {"a JPEG of a kind that is not read: Unsupported JPEG", "; convert it to PNG"}));
  }
}

TEST(Jpeg, ReadsGray) {
  const Bytes gray = ramps(16, 16, 1);
  Bytes expected;
  for (uint8_t value : gray)
    expected.insert(expected.end(), 3, value);
  EXPECT_TRUE(near(decoded(encodeJpeg(16, 16, gray, {JCS_GRAYSCALE, JCS_GRAYSCALE})).pixels, expected));
}

TEST(Jpeg, ReadsInks) {
  // Full cyan ink and none, half the black: Adobe's files store what is left of the light.
  const Bytes inks(Bytes(4 * 64, 0)), paper = Bytes(4 * 64, 255);
  for (J_COLOR_SPACE stored : {JCS_CMYK, JCS_YCCK}) {
    EXPECT_TRUE(near(decoded(encodeJpeg(8, 8, paper, {JCS_CMYK, stored, false, true})).pixels, Bytes(192, 255)));
    EXPECT_TRUE(near(decoded(encodeJpeg(8, 8, inks, {JCS_CMYK, stored, false, true})).pixels, Bytes(192, 0)));
  }
  EXPECT_TRUE(near(decoded(encodeJpeg(8, 8, inks, {JCS_CMYK, JCS_CMYK})).pixels, Bytes(192, 255)));
  Bytes cyan, light;
  for (int i = 0; i < 64; ++i) {
    cyan.insert(cyan.end(), {255, 0, 0, 128});
    light.insert(light.end(), {0, 127, 127});
  }
  EXPECT_TRUE(near(decoded(encodeJpeg(8, 8, cyan, {JCS_CMYK, JCS_CMYK})).pixels, light));
}

TEST(Jpeg, RefusesUnknownColors) {
  EXPECT_TRUE(hasParts(decodeError(encodeJpeg(8, 8, ramps(8, 8, 2), {JCS_UNKNOWN, JCS_UNKNOWN})),
                       {"a.jpg: ", "2 channels", "store it as RGB"}));
}

TEST(Jpeg, RefusesTruncatedFiles) {
  for (bool progressive : {false, true}) {
    const Bytes file = encodeJpeg(64, 64, ramps(64, 64, 3), {JCS_RGB, JCS_YCbCr, progressive});
    for (size_t size = 3; size < file.size(); size += 7)
      EXPECT_TRUE(hasParts(decodeError(Bytes(file.begin(), file.begin() + long(size))), {"a.jpg: cannot decode"}));
    EXPECT_TRUE(hasParts(decodeError(Bytes(file.begin(), file.end() - 2)), {"the file is truncated"}));
    EXPECT_TRUE(hasParts(decodeError(Bytes(file.begin(), file.end() - 40)), {"the file is truncated"}));
  }
}

TEST(Jpeg, RefusesDamage) {
  Bytes file = encodeJpeg(64, 64, ramps(64, 64, 3));
  // A marker in the middle of the pixels.
  file[file.size() - 100] = 0xff;
  file[file.size() - 99] = 0xd9;
  EXPECT_TRUE(hasParts(decodeError(file), {"a.jpg: cannot decode the JPEG: "}));
  EXPECT_TRUE(hasParts(decodeError({}), {"not a JPEG file: it is empty"}));
  EXPECT_TRUE(hasParts(decodeError({'G', 'I', 'F', '8', '9', 'a'}), {"it is a GIF"}));
}

// The place of the frame header: height, then width.
static size_t frameSize(const Bytes &file) {
  for (size_t i = 2; i + 9 < file.size(); ++i)
    if (file[i] == 0xff && (file[i + 1] == 0xc0 || file[i + 1] == 0xc2))
      return i + 5;
  return 0;
}

TEST(Jpeg, RefusesHugePictures) {
  for (bool progressive : {false, true}) {
    Bytes file = encodeJpeg(8, 8, ramps(8, 8, 3), {JCS_RGB, JCS_YCbCr, progressive});
    const size_t at = frameSize(file);
    auto resize = [&](int high) {
      for (size_t i : {0, 2}) {
        file[at + i] = uint8_t(high);
        file[at + i + 1] = 0xff;
      }
    };
    resize(0xfe);
    EXPECT_TRUE(hasParts(decodeError(file), {"65279 x 65279 pixels; at most 16384 x 16384"}));
    resize(0xff); // libjpeg's own limit
    EXPECT_TRUE(hasParts(decodeError(file), {"a.jpg: cannot decode the JPEG: "}));
    resize(0x3f);
    EXPECT_TRUE(hasParts(decodeError(file), {"cannot hold 16383 x 16383 pixels"}));
  }
}

TEST(Jpeg, RefusesEndlessScans) {
  // A progressive file that repeats its last scan.
  const Bytes file = encodeJpeg(8, 8, ramps(8, 8, 3), {JCS_RGB, JCS_YCbCr, true});
  size_t scan = file.size();
  while (scan > 0 && !(file[scan - 1] == 0xff && file[scan] == 0xda))
    --scan;
  Bytes many(file.begin(), file.end() - 2);
  for (int i = 0; i < 400; ++i)
    many.insert(many.end(), file.begin() + long(scan) - 1, file.end() - 2);
  many.insert(many.end(), {0xff, 0xd9});
  EXPECT_TRUE(hasParts(decodeError(many), {"a.jpg: cannot decode the JPEG: "}));
}

TEST(Jpeg, SurvivesDamage) {
  Damage damage(5);
  for (bool progressive : {false, true}) {
    const Bytes file = encodeJpeg(24, 17, ramps(24, 17, 3), {JCS_RGB, JCS_YCbCr, progressive});
    for (int i = 0; i < 300; ++i) {
      const Bytes bad = damage.of(file, file.size());
      try {
        decoded(bad);
      } catch (const Error &) { // any is fine
      }
    }
  }
}

TEST(Photo, KnowsFilesByTheirContent) {
  const TemporaryDirectory directory;
  const Bytes pixels = ramps(8, 8, 3), jpeg = encodeJpeg(8, 8, pixels);
  writeFile(directory / "jpeg.png", jpeg.data(), jpeg.size());
  writeRgbPng(directory / "png.jpg", 8, 8, pixels.data());
  EXPECT_TRUE(near(readPhoto(directory / "jpeg.png").image.pixels, pixels));
  EXPECT_EQ(readPhoto(directory / "png.jpg").image.pixels, pixels);
  writeFile(directory / "empty.jpg", "");
  EXPECT_TRUE(hasParts(errorOf([&] { readPhoto(directory / "empty.jpg"); }), {"empty.jpg", "it is empty"}));
  writeFile(directory / "a.jpg", "hello, world");
  EXPECT_TRUE(hasParts(errorOf([&] { readPhoto(directory / "a.jpg"); }), {"a.jpg: neither PNG nor JPEG"}));
  EXPECT_TRUE(hasParts(errorOf([&] { readPhoto(directory / "none.jpg"); }), {"none.jpg", "No such file"}));
  EXPECT_TRUE(hasParts(errorOf([&] { readPhoto(directory.path); }), {"it is a directory"}));
}
