// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pictures that are judged, one after the other, with what they are compared to.

#ifndef DPSIMS_RUNTIME_EVALUATE_PICTURE_SOURCE_H
#define DPSIMS_RUNTIME_EVALUATE_PICTURE_SOURCE_H

#include "runtime/sample/dataset_sampler.h"
#include "runtime/sample/label_reader.h"

#include <cstdint>
#include <memory>
#include <string>

namespace dpsims {

struct Picture {
  std::string name;    ///< of the label map that it shows; pictures of one map follow each other
  std::string path;    ///< for messages
  uint32_t sample = 0; ///< which of the map's pictures
  uint64_t index = 0;  ///< which of all pictures, those of other shares too
  RgbImage image;
  RgbImage photo;  ///< of the label map; empty if the source gives none
  LabelMap labels; ///< as large as the picture, classes and `ignoredId`; empty if the source gives none
};

class PictureSource {
public:
  virtual ~PictureSource() = default;

  /// False at the end. Error: a file cannot be read.
  virtual bool next(Picture &picture) = 0;
  /// How many pictures there are, of all shares.
  virtual int64_t size() const = 0;
};

struct FolderOptions {
  std::string pictures;          ///< PNG and JPEG, in the folder or in one level of folders
  bool numbered = false;         ///< names are NAME_0, NAME_1, ..., pictures of the label map NAME
  std::string photos;            ///< a photo of the same name for each; empty: none
  std::string labels;            ///< a label map of the same name for each; empty: none
  LabelReader *reader = nullptr; ///< of the label maps; must outlive the source
  Share share;                   ///< of the label maps: only their pictures come
};

/// Error: a folder does not exist or is empty, a picture has no photo or label map, `numbered` and names have no
/// numbers.
std::unique_ptr<PictureSource> openFolder(const FolderOptions &options);

/// What a sampler makes, with photos and label maps of its data set. It must outlive the source.
std::unique_ptr<PictureSource> openSampler(DatasetSampler &sampler);

/// The pictures of a folder by name, without ending; those of its folders if it has none itself. Error: it does not
/// exist, has no pictures, or one that cannot be used.
std::map<std::string, std::string> listPictures(const std::string &folder);

/// A picture as it is stored: FID's photos are not turned.
RgbImage readPicture(const std::string &path);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_EVALUATE_PICTURE_SOURCE_H
