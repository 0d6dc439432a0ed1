// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Small data sets for tests.

#ifndef DPSIMS_TEST_UNIT_DATA_SUPPORT_H
#define DPSIMS_TEST_UNIT_DATA_SUPPORT_H

#include "jpeg_writer.h"
#include "runtime/data/dataset.h"
#include "runtime/image/png.h"
#include "support.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace dpsims::test {

/// A configuration of five classes and 8 x 8 pixels with this data section.
inline DataConfiguration configure(const std::string &data, const std::string &more = "") {
  return DataConfiguration::parse(R"({"num_classes": 5, "image_size": [8, 8])" + more + R"(, "data": )" + data + "}",
                                  "c.json");
}

/// A folder to which tests add files; folders on the way are made.
class DataFolder {
public:
  /// A picture whose pixel (x, y) has the color (x, y, `blue`); PNG or JPEG by the name.
  void image(const std::string &name, int width = 8, int height = 8, uint8_t blue = 0) {
    std::vector<uint8_t> pixels;
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x)
        pixels.insert(pixels.end(), {uint8_t(x), uint8_t(y), blue});
    if (name.substr(name.size() - 3) == "png")
      return writeRgbPng(make(name), width, height, pixels.data());
    const std::vector<uint8_t> file = encodeJpeg(width, height, pixels);
    writeFile(make(name), file.data(), file.size());
  }

  /// A JPEG whose left half is red and right half blue, with this EXIF orientation.
  void turnedPhoto(const std::string &name, int width, int height, int orientation) {
    std::vector<uint8_t> pixels;
    for (int i = 0; i < width * height; ++i)
      pixels.insert(pixels.end(),
                    {uint8_t(2 * (i % width) < width ? 250 : 0), 0, uint8_t(2 * (i % width) < width ? 0 : 250)});
    const std::vector<uint8_t> file = withExif(encodeJpeg(width, height, pixels), makeExif(orientation));
    writeFile(make(name), file.data(), file.size());
  }

  /// A map whose pixel (x, y) has the id (x + y) mod `ids`, times `factor`.
  void map(const std::string &name, int width = 8, int height = 8, int ids = 5, int factor = 1, int bits = 8) {
    LabelMap map{width, height, {}};
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x)
        map.ids.push_back((x + y) % ids * factor);
    writeLabelMap(make(name), map, bits);
  }

  void text(const std::string &name, const std::string &content) { writeFile(make(name), content); }

  std::string make(const std::string &name) {
    std::filesystem::create_directories(std::filesystem::path(folder / name).parent_path());
    return folder / name;
  }

  std::unique_ptr<Dataset> open(const std::string &data, const std::string &split = "train", bool instances = false) {
    return Dataset::open(configure(data), {folder.path, split, instances});
  }

  std::string openError(const std::string &data, const std::string &split = "train", bool instances = false) {
    return errorOf([&] { open(data, split, instances); });
  }

  TemporaryDirectory folder;
};

inline std::vector<std::string> names(const Dataset &dataset) {
  std::vector<std::string> result;
  for (size_t i = 0; i < dataset.size(); ++i)
    result.push_back(dataset.name(i));
  return result;
}

} // namespace dpsims::test

#endif // DPSIMS_TEST_UNIT_DATA_SUPPORT_H
