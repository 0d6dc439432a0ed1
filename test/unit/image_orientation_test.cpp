// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "jpeg_writer.h"
#include "runtime/image/orientation.h"
#include "runtime/image/photo.h"
#include "runtime/image/png.h"
#include "support.h"

using namespace dpsims;
using namespace dpsims::test;

using Bytes = std::vector<uint8_t>;

static int orientationOf(const Bytes &bytes) { return jpegOrientation(bytes.data(), bytes.size()); }

static Bytes plainJpeg() { return encodeJpeg(8, 8, Bytes(8 * 8 * 3, 90)); }

TEST(Orientation, IsReadFromExif) {
  const Bytes jpeg = plainJpeg();
  EXPECT_EQ(orientationOf(jpeg), 1);
  for (int orientation = 1; orientation <= 8; ++orientation)
    for (bool little : {false, true})
      for (int type : {3, 4})
        EXPECT_EQ(orientationOf(withExif(jpeg, makeExif(orientation, little, type))), orientation) << little << type;
}

TEST(Orientation, IsFoundBehindOtherSegments) {
  Bytes bytes = withExif(plainJpeg(), makeExif(6));
  const Bytes other = {0xff, 0xe1, 0, 6, 'h', 't', 't', 'p', 0xff, 0xff, 0xfe, 0, 2, 7};
  bytes.insert(bytes.begin() + 2, other.begin(), other.end());
  EXPECT_EQ(orientationOf(bytes), 6);
  // Of two, the first counts, as in viewers.
  EXPECT_EQ(orientationOf(withExif(withExif(plainJpeg(), makeExif(6)), makeExif(3))), 3);
}

TEST(Orientation, IsOneWhereItIsNone) {
  for (int orientation : {0, 9, -1, 65535})
    EXPECT_EQ(orientationOf(withExif(plainJpeg(), makeExif(orientation))), 1);
  EXPECT_EQ(orientationOf(withExif(plainJpeg(), makeExif(6, true, 7))), 1); // bytes are not a number
  EXPECT_EQ(orientationOf({}), 1);
  EXPECT_EQ(orientationOf({0xff, 0xd8, 0xff}), 1);
  // In the pixels' bytes nobody looks for segments.
  Bytes scan = plainJpeg();
  const Bytes segment = withExif({0, 0}, makeExif(6));
  scan.insert(scan.end() - 2, segment.begin() + 2, segment.end());
  EXPECT_EQ(orientationOf(scan), 1);
}

TEST(Orientation, SurvivesDamage) {
  const Bytes exif = makeExif(6), whole = withExif(plainJpeg(), exif);
  for (size_t size = 0; size <= 80; ++size) {
    const Bytes cut(whole.begin(), whole.begin() + long(size)); // of its own, so that a sanitizer sees its end
    EXPECT_EQ(orientationOf(cut), size < 6 + exif.size() ? 1 : 6) << size;
  }
  Bytes far = whole;
  std::fill(far.begin() + 16, far.begin() + 20, 0xff); // where the directory begins
  EXPECT_EQ(orientationOf(far), 1);
  Damage damage(7);
  for (int i = 0; i < 20000; ++i) {
    const int orientation = orientationOf(damage.of(whole, 80));
    ASSERT_TRUE(orientation >= 1 && orientation <= 8) << i;
  }
}

static Bytes plainPng() { return encodeRgbPng(8, 8, Bytes(8 * 8 * 3, 90).data()); }
static int pngOrientationOf(const Bytes &bytes) {
  return pngOrientation(PictureFile(bytes.data(), bytes.size(), "a.png"));
}

TEST(Orientation, IsReadFromPngs) {
  TemporaryDirectory directory;
  EXPECT_EQ(pngOrientationOf(plainPng()), 1);
  EXPECT_EQ(pngOrientationOf({}), 1);
  EXPECT_EQ(pngOrientationOf(withExif(plainJpeg(), makeExif(6))), 1);
  EXPECT_EQ(pngOrientation(directory / "missing.png"), 1);
  for (bool late : {false, true})
    for (int orientation = 1; orientation <= 8; ++orientation) {
      const Bytes png = withPngExif(plainPng(), makeExif(orientation), late);
      EXPECT_EQ(pngOrientationOf(png), orientation);
      writeFile(directory / "a.png", png.data(), png.size());
      EXPECT_EQ(pngOrientation(directory / "a.png"), orientation);
      EXPECT_EQ(readPhoto(directory / "a.png").orientation, orientation);
    }
}

TEST(Orientation, SurvivesDamageOfPngs) {
  const Bytes whole = withPngExif(plainPng(), makeExif(6), true);
  for (size_t size = 0; size <= whole.size(); ++size)
    pngOrientationOf(Bytes(whole.begin(), whole.begin() + long(size)));
  Damage damage(9);
  for (int i = 0; i < 20000; ++i) {
    const int orientation = pngOrientationOf(damage.of(whole, whole.size()));
    ASSERT_TRUE(orientation >= 1 && orientation <= 8) << i;
  }
}

TEST(Orientation, TurnsMapsAsPhotos) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    RgbImage image{4, 3, {}};
    LabelMap map{4, 3, {}};
    for (int i = 0; i < 12; ++i) {
      image.pixels.insert(image.pixels.end(), 3, uint8_t(i));
      map.ids.push_back(i);
    }
    image = turned(image, orientation);
    map = turned(map, orientation);
    EXPECT_EQ(map.width, image.width);
    EXPECT_EQ(map.height, image.height);
    for (size_t i = 0; i < 12; ++i)
      EXPECT_EQ(map.ids[i], image.pixels[3 * i]) << orientation;
  }
}

/// One row of digits a row of pixels.
static RgbImage picture(const std::vector<std::string> &rows) {
  RgbImage image{int(rows[0].size()), int(rows.size()), {}};
  for (const std::string &row : rows)
    for (char c : row)
      image.pixels.insert(image.pixels.end(), 3, uint8_t(c));
  return image;
}

TEST(Orientation, TurnsPictures) {
  const std::vector<std::vector<std::string>> shown = {{"123", "456"},     {"321", "654"},     {"654", "321"},
                                                       {"456", "123"},     {"14", "25", "36"}, {"41", "52", "63"},
                                                       {"63", "52", "41"}, {"36", "25", "14"}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const RgbImage result = turned(picture({"123", "456"}), orientation);
    const RgbImage expected = picture(shown[size_t(orientation - 1)]);
    EXPECT_EQ(result.width, expected.width) << orientation;
    EXPECT_EQ(result.pixels, expected.pixels) << orientation;
  }
}

TEST(Orientation, IsPartOfAPhoto) {
  TemporaryDirectory directory;
  const Bytes jpeg = withExif(plainJpeg(), makeExif(8));
  writeFile(directory / "a.jpg", jpeg.data(), jpeg.size());
  EXPECT_EQ(readPhoto(directory / "a.jpg").orientation, 8);
}
