// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads a whole data set and says what is in it: `dpsims-run data`.

#ifndef DPSIMS_RUNTIME_DATA_SURVEY_H
#define DPSIMS_RUNTIME_DATA_SURVEY_H

#include "runtime/data/dataset.h"
#include "runtime/image/canvas.h"

#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace dpsims {

struct SurveyOptions {
  int threads = 1;
  int tiles = 0; ///< pictures to draw, spread over the split
};

/// What one split holds.
struct Survey {
  std::string split;
  uint64_t pictures = 0;                            ///< that could be read
  std::map<std::pair<int, int>, uint64_t> sizes;    ///< (width, height) -> pictures
  std::vector<uint64_t> classPixels, classPictures; ///< of each class
  std::map<int, uint64_t> orientations;             ///< what the EXIF of photos asks for, but for 1 -> photos
  uint64_t resized = 0;                             ///< pictures whose maps have another size, of the same shape
  uint64_t pixels = 0, ignoredPixels = 0;
  std::map<int32_t, uint64_t> ignoredIds;    ///< ids of label maps that mean no label -> pixels
  std::map<LabelReading, uint64_t> readings; ///< how label maps were read -> maps
  uint64_t instances = 0;                    ///< different ids, summed over pictures
  bool hasInstances = false;
  std::vector<Tile> tiles;
  std::vector<std::string> unused; ///< files that the set passes over
  std::vector<std::string> bad;    ///< a line for each file that cannot be used
};

/// Reads every picture and its maps as training would; goes on after bad ones. The result does not depend on `threads`.
Survey surveySplit(const DataConfiguration &configuration, const DatasetOptions &dataset, const SurveyOptions &options);

/// The same of at most `pictures` of them, spread over the set, by one thread; bad ones are passed over.
Survey surveySome(const Dataset &dataset, size_t pictures);

/// What the survey makes doubtful, a line each: "class 0 never occurs, and id 19 is ignored: do ids count from 1? ...".
std::vector<std::string> doubtsOf(const Survey &survey, const DataConfiguration &configuration);

/// Counts, sizes, shares of the classes, classes that never occur, bad files.
void printSurvey(const Survey &survey, const DataConfiguration &configuration, std::ostream &out);

/// Error if label maps of one split are read as colors and those of another as ids.
void requireOneReading(const std::vector<Survey> &surveys, const std::string &directory);

/// The surveys' tiles, label colors upon photos, and the colors' names. Error: there are no tiles.
RgbImage surveySheet(const std::vector<Survey> &surveys, const DataConfiguration &configuration);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DATA_SURVEY_H
