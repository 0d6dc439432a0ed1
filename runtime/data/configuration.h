// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The "data" section of a configuration: where a data set's files are, what its ids mean, and how its pictures are cut
// to size. docs/data.md describes every key. The data sets that are known by name are sections of the same keys.

#ifndef DPSIMS_RUNTIME_DATA_CONFIGURATION_H
#define DPSIMS_RUNTIME_DATA_CONFIGURATION_H

#include "runtime/image/image.h"
#include "runtime/image/png.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dpsims {

/// Where files are, as patterns relative to the data set's folder: "{split}" stands for the split's folder name, "*"
/// for any text within one name. Files belong together when their stars stand for the same text. A pattern that ends in
/// "*" takes pictures of any kind and leaves their endings out of the text.
struct Layout {
  std::string images, labels;
  std::string instances; ///< empty: the data set has none
};

/// How a picture becomes (height, width) pixels.
struct TransformRules {
  bool cover = true;      ///< shrink or grow until the size is covered and crop; false: resize to the size exactly
  bool randomCrop = true; ///< in training; otherwise, and always in validation, the center
  bool flip = true;       ///< in training, left and right, every other picture on average
  double zoom = 1;        ///< in training the cropped window is enlarged up to so many times
};

/// The built-in data set of drawn shapes.
struct ShapesRules {
  std::map<std::string, int64_t> pictures; ///< of each split
  uint64_t seed = 1;
};

struct DataConfiguration {
  /// From a configuration's JSON text; `origin` is the file it comes from, for messages. Error: no JSON, no
  /// num_classes, an unknown key, a value that is none; names the key.
  static DataConfiguration parse(const std::string &text, const std::string &origin);

  /// "train", "val" and what else the data set has.
  std::vector<std::string> splitNames() const;

  std::string origin;
  std::string dataset;         ///< the name, "camvid"
  int height = 0, width = 0;   ///< image_size; 0 if the configuration has none
  bool wantsInstances = false; ///< the generator or a loss reads instance maps
  LabelRules rules;
  enum class LabelValues { Auto, Ids, Colors, Grays } labelValues = LabelValues::Auto;
  ColorMap colors;                           ///< of label maps in color; ids as in files
  std::vector<uint32_t> palette;             ///< 0xRRGGBB of every class, for drawings: the section's, or made up
  std::vector<std::string> names;            ///< of every class: the section's, or the number
  std::vector<int32_t> things;               ///< classes whose objects instance maps tell apart
  std::vector<Layout> layouts;               ///< the first whose folders exist counts; empty for shapes
  std::map<std::string, std::string> splits; ///< split -> its name in paths; a split that is not listed has its own
  std::map<std::string, std::string> lists;  ///< split -> the file that lists its pictures; layouts without "{split}"
  bool skipsUnpaired = false;                ///< photos without maps, and maps without photos, are left out
  int64_t holdout = 10;   ///< layouts without "{split}": one picture in so many is validation, by its name
  bool turnPhotos = true; ///< as their EXIF says; false: they are as stored
  TransformRules transform;
  ShapesRules shapes;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DATA_CONFIGURATION_H
