// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A data set: pictures with their label maps, and instance maps if it has them.

#ifndef DPSIMS_RUNTIME_DATA_DATASET_H
#define DPSIMS_RUNTIME_DATA_DATASET_H

#include "runtime/data/label_maps.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace dpsims {

/// One picture and its maps, all of one size.
struct Example {
  RgbImage image;                           ///< turned, if data.orientation says so
  LabelMap labels;                          ///< 0..C-1 or ignoredId
  LabelMap instances;                       ///< any ids; empty if the data set was opened without
  LabelReading reading = LabelReading::Ids; ///< of the labels' file
  std::map<int32_t, uint64_t> ignored = {}; ///< ids of that file that mean no label -> pixels
  int orientation = 1;                      ///< that the photo's EXIF asks for
  bool resized = false;                     ///< a map was larger or smaller than the photo, and of its shape
};

struct DatasetOptions {
  std::string directory; ///< not needed for the built-in shapes
  std::string split = "train";
  bool instances = false; ///< read instance maps too
};

class Dataset {
public:
  /// Lists the files of a split; reads none. Errors: a folder is missing (says what was looked for) or empty; an image
  /// without label map, or the reverse; instances are asked for and there are none; label maps do not agree in how they
  /// are to be read. With `problems` single files that lack a partner are told there, a line each, and left out.
  static std::unique_ptr<Dataset> open(const DataConfiguration &configuration, const DatasetOptions &options,
                                       std::vector<std::string> *problems = nullptr);
  virtual ~Dataset() = default;

  /// Number of pictures, at least 1 (with `problems`: at least 0). Sorted by name.
  virtual size_t size() const = 0;
  /// "0016E5_00390", "aachen/aachen_000000_000019": what the stars of the layout stand for.
  virtual std::string name(size_t index) const = 0;
  /// The picture's file, for messages; the name if there is none.
  virtual std::string path(size_t index) const { return name(index); }
  /// The picture's file and its maps', as far as there are any.
  virtual std::vector<std::string> files(size_t) const { return {}; }
  /// What lies beside the set's files and is none of them, sorted; a folder ends in "/". Hidden files do not count.
  virtual std::vector<std::string> unused() const { return {}; }
  /// Reads a picture and its maps; may be called from several threads. Error: a file is damaged, an id is none of the
  /// classes, the sizes differ; names the file, the value and its place.
  virtual Example read(size_t index) const = 0;

  bool hasInstances() const { return instances; }
  const DataConfiguration &configuration() const { return description; }

protected:
  Dataset(const DataConfiguration &configuration, bool instances) : description(configuration), instances(instances) {}

private:
  DataConfiguration description;
  bool instances;
};

/// Does the folder have this split?
bool hasSplit(const DataConfiguration &configuration, const std::string &directory, const std::string &split);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DATA_DATASET_H
