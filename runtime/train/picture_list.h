// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which pictures a run trains on, and which it validates on: what it must find again when it goes on.

#ifndef DPSIMS_RUNTIME_TRAIN_PICTURE_LIST_H
#define DPSIMS_RUNTIME_TRAIN_PICTURE_LIST_H

#include "runtime/train/training_data.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dpsims {

class PictureList {
public:
  /// The names of pictures, each with the bytes of its files.
  using Split = std::map<std::string, uint64_t>;

  PictureList() = default;
  PictureList(Split training, Split validation) : training(std::move(training)), validation(std::move(validation)) {}

  /// Those of a data set that is in files; none of one that is drawn.
  static PictureList of(const TrainingData &data);

  /// Reads what `write` wrote. Error: it is not such a file.
  static PictureList read(const std::string &path);
  void write(const std::string &path) const;

  bool empty() const { return training.empty() && validation.empty(); }

  /// "36 training and 4 validation pictures, 9f86d081884c7d65": the same for the same list alone. Empty for none.
  std::string fingerprint() const;

  /// The pictures of both lists; what `newer` has is as it has it.
  PictureList together(const PictureList &newer) const;

  /// "2 pictures are new (a, b), 1 is gone (c), 1 has other files (d)"; empty if nothing changed.
  std::string changesTo(const PictureList &now) const;

  /// Names that were in one split alone and are in the other now.
  std::vector<std::string> mixedIn(const PictureList &now) const;

private:
  Split training, validation;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_PICTURE_LIST_H
