// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/image/photo.h"
#include "support.h"

using namespace dpsims;
using namespace dpsims::test;

// What is said of a photo with these bytes.
static std::string errorOfPhoto(const std::string &bytes) {
  const TemporaryDirectory directory;
  writeFile(directory / "p.png", bytes);
  return errorOf([&] { readPhoto(directory / "p.png"); });
}

TEST(FileKind, NamesWhatPhonesAndPagesSave) {
  using namespace std::string_literals;
  const std::string rest(100, '\0');
  EXPECT_TRUE(hasParts(errorOfPhoto("\0\0\0\x18"
                                    "ftypheic"s +
                                    rest),
                       {"it is HEIC", "convert it to JPEG"}));
  EXPECT_TRUE(hasParts(errorOfPhoto("\0\0\0\x1c"
                                    "ftypavif"s +
                                    rest),
                       {"it is AVIF", "convert it to PNG"}));
  EXPECT_TRUE(hasParts(errorOfPhoto("\x89PNG\r\n\x1a\n\0\0\0\4CgBI"s + rest), {"CgBI", "convert it to PNG"}));
  EXPECT_TRUE(hasParts(errorOfPhoto("\x89PNG\n\x1a\n\0\0\0\rIHDR"s + rest), {"line ends were changed", "as binary"}));
  EXPECT_TRUE(hasParts(errorOfPhoto("\x89PNG\r\r\n\x1a\r\n\0\0\0\rIHDR"s + rest), {"line ends were changed"}));
  EXPECT_TRUE(hasParts(errorOfPhoto("\n <!doctype html>"), {"it is a web page", "download the file itself"}));
  EXPECT_TRUE(hasParts(errorOfPhoto("version https://git-lfs.github.com/spec/v1\n"), {"Git LFS pointer"}));
  EXPECT_TRUE(hasParts(errorOfPhoto("<?xml version=\"1.0\"?>\n<svg/>"), {"it is an SVG"}));
  EXPECT_TRUE(hasParts(errorOfPhoto("\0\0\0\x0cjP  \r\n"s + rest), {"it is JPEG 2000; convert it to PNG"}));
  for (const std::string &start : {"\0\0\0\x0cJXL \r\n"s, "\xff\x0a"s})
    EXPECT_TRUE(hasParts(errorOfPhoto(start + rest), {"it is JPEG XL; convert it to PNG"}));
  EXPECT_TRUE(hasParts(errorOfPhoto("8BPS\0\1"s + rest), {"Photoshop; convert it to PNG"}));
  EXPECT_TRUE(hasParts(errorOfPhoto("v/1\1"s + rest), {"OpenEXR"}));
  EXPECT_TRUE(hasParts(errorOfPhoto("\0\0\0\x18"
                                    "ftypisom"s +
                                    rest),
                       {"it is a movie"}));
  EXPECT_TRUE(hasParts(errorOfPhoto("\x93NUMPY\1"s + rest), {"array of NumPy"}));
  EXPECT_TRUE(hasParts(errorOfPhoto("%PDF-1.4\n"), {"it is a PDF"}));
  EXPECT_TRUE(hasParts(errorOfPhoto("hello"), {"those of no picture"}));
}
