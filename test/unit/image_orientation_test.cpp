// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "jpeg_writer.h"
#include "runtime/image/orientation.h"
#include "runtime/image/photo.h"
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
