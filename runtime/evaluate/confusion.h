// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How often pixels of one class were taken for another, and what follows from it.

#ifndef DPSIMS_RUNTIME_EVALUATE_CONFUSION_H
#define DPSIMS_RUNTIME_EVALUATE_CONFUSION_H

#include "runtime/communicator/communicator.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace dpsims {

class ConfusionMatrix {
public:
  explicit ConfusionMatrix(size_t classes) : size(classes), counts(classes * classes) {}

  /// Counts pixels. A label that is none of the classes is ignored: its pixel counts nowhere. `found` are classes.
  void add(const int32_t *labels, const int32_t *found, size_t pixels);

  /// What all ranks have counted, on all of them. All call it together.
  void merge(Communicator &ranks);

  size_t classes() const { return size; }
  uint64_t at(size_t label, size_t found) const { return counts[label * size + found]; }

  uint64_t labeled(size_t c) const; ///< pixels whose label is the class
  uint64_t found(size_t c) const;   ///< pixels that were taken for it

  /// The part of all pixels that was found right; 0 of none.
  double pixelAccuracy() const;
  /// The part of the class's pixels; nothing if it has none.
  std::optional<double> accuracy(size_t c) const;
  /// Pixels that are and were found of the class over those that are or were; nothing if there are none.
  std::optional<double> intersectionOverUnion(size_t c) const;
  /// Its mean over the classes that have one; 0 if none has.
  double meanIntersectionOverUnion() const;

private:
  size_t size;
  std::vector<uint64_t> counts; // (label, found)
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_EVALUATE_CONFUSION_H
