// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From files of label maps to ids. The same picture can be stored in many ways, and programs that make PNGs smaller
// change them: grays become indices of a palette, colors too, black and white become one bit. What a map means is
// therefore decided by what it shows, wherever the configuration or the files of its folder tell.

#ifndef DPSIMS_RUNTIME_DATA_LABEL_MAPS_H
#define DPSIMS_RUNTIME_DATA_LABEL_MAPS_H

#include "runtime/data/configuration.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace dpsims {

/// How a label map was read.
enum class LabelReading {
  Ids,    ///< what the file stores: gray values, indices of a palette
  Grays,  ///< the gray values that the picture shows, 0..255
  Colors, ///< the ids that its colors have in data.palette
};

/// "ids as stored", "grays as shown", "colors of data.palette".
const char *name(LabelReading reading);

/// What the maps of one folder tell of each other.
struct LabelFolder {
  std::string colors;      ///< a file that stores colors of data.palette, so that all files are read so; or empty
  std::string wideGrays;   ///< a file of gray values of 8 or 16 bits; or empty
  bool shownGrays = false; ///< palettes of grays stand for the grays; their indices have no meaning
  bool shows = false;      ///< some maps can be read only by what they show, so the others are too
  bool single = false;     ///< there is one file only
  std::shared_ptr<std::once_flag> told = std::make_shared<std::once_flag>(); ///< of a file that can be read in two ways
};

/// Looks at the beginnings of all files of a folder. Error: files have palettes of their own, whose indices cannot be
/// ids, and whose colors are not in data.palette.
LabelFolder lookAtLabels(const DataConfiguration &configuration, const std::vector<std::string> &files);

struct ReadLabels {
  LabelMap map; ///< ids 0..C-1 or `ignoredId`, at the file's own size
  LabelReading reading = LabelReading::Ids;
  std::map<int32_t, uint64_t> ignored; ///< ids of the file that mean no label -> pixels
};

/// The same of one map alone, which counts as no picture where it is larger than the limits.
LabelFolder lookAtLabels(const DataConfiguration &configuration, const PictureFile &file, const PictureLimits &limits);

/// Reads a map of the folder, turned as its EXIF says unless data.orientation is "stored". Ids get data.remap and
/// data.ignore, whatever the reading. A file that can be read in two ways, of which nothing tells the right one, is
/// logged once. Error: names the file, the value and its pixel; the map is larger than the limits.
ReadLabels readLabels(const DataConfiguration &configuration, const LabelFolder &folder, const PictureFile &file,
                      const PictureLimits &limits = {});

/// An instance map: any ids.
LabelMap readInstances(const DataConfiguration &configuration, const std::string &path);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DATA_LABEL_MAPS_H
