// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mean intersection over union and pixel accuracy: does a segmentation network find the label map in the picture?

#ifndef DPSIMS_RUNTIME_EVALUATE_SEGMENTATION_SCORE_H
#define DPSIMS_RUNTIME_EVALUATE_SEGMENTATION_SCORE_H

#include "runtime/evaluate/confusion.h"
#include "runtime/evaluate/picture_program.h"
#include "runtime/evaluate/picture_source.h"

#include <vector>

namespace dpsims {

class SegmentationScore {
public:
  /// The program takes "image" and gives "logits", f32 (B, classes, H, W), or "ids", i32 (B, H, W), of the picture's
  /// size. Error: it does not; it has another number of classes than the `classes` of the label maps, `origin`'s.
  SegmentationScore(const ProgramFiles &files, const DeviceOptions &options, size_t classes, const std::string &origin);

  /// Error: the picture has another size than the program takes; a found id is not a class, a logit not a number.
  void add(const Picture &picture);

  /// What all ranks have added, on all of them.
  void merge(Communicator &ranks);

  /// Of all pictures.
  const ConfusionMatrix &confusion();

  /// The program that finds it.
  const PictureProgram &network() const { return program; }

private:
  void checkOutput(const std::string &origin) const;
  void flush();
  void findIds(size_t slot);

  PictureProgram program;
  const bool givesLogits;
  ConfusionMatrix matrix;
  std::vector<Picture> pending;
  std::vector<int32_t> found; // of a picture
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_EVALUATE_SEGMENTATION_SCORE_H
