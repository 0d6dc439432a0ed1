// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which label maps are sampled, with which instance maps, and where the pictures go.

#ifndef DPSIMS_RUNTIME_SAMPLE_SAMPLE_FILES_H
#define DPSIMS_RUNTIME_SAMPLE_SAMPLE_FILES_H

#include <cstdint>
#include <string>
#include <vector>

namespace dpsims {

struct SampleOptions {
  std::string labels;    ///< a PNG, or a directory of PNGs
  std::string instances; ///< the same for instance maps, empty for none; in a directory, files of the same names
  std::string output;    ///< a PNG, or a directory
  uint64_t seed = 0;
  uint32_t samples = 1; ///< pictures of each label map: NAME_0.png, NAME_1.png, ... if there are several
};

/// One label map and where its pictures go.
struct SampleFile {
  std::string labels, instances;
  std::string name; ///< below the directory, without extension; with the seed it determines the noise
  std::vector<std::string> outputs;
};

/// Which files there are to do, sorted by name. A directory without label maps has those of the directories in it,
/// which come again in the output. Beside NAME_labelIds.png (Cityscapes) NAME_instanceIds.png is its instance map, and
/// NAME_labelTrainIds.png and NAME_color.png are not label maps. What is passed over is logged. Makes the output
/// directories. Errors: something does not exist; an instance map is missing; two pictures would go to one file, or
/// over a label map.
std::vector<SampleFile> listSamples(const SampleOptions &options, bool needsInstances);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SAMPLE_SAMPLE_FILES_H
