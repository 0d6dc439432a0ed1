// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LPIPS: how different pictures look, from their photos or from each other.

#ifndef DPSIMS_RUNTIME_EVALUATE_DISTANCE_SCORE_H
#define DPSIMS_RUNTIME_EVALUATE_DISTANCE_SCORE_H

#include "runtime/evaluate/picture_program.h"
#include "runtime/evaluate/picture_source.h"

#include <string>
#include <vector>

namespace dpsims {

/// The mean distance over label maps.
class DistanceScore {
public:
  /// `between`: each picture of a label map to each other of it; else each to its photo. The program takes "first" and
  /// "second" and gives "distance" (B). Error: it does not.
  DistanceScore(const ProgramFiles &files, const DeviceOptions &options, bool between);

  /// Error: pictures have another size than the program takes; a distance is not finite.
  void add(const Picture &picture);

  /// What all ranks have added, on all of them.
  void merge(Communicator &ranks);

  /// Error: there was nothing to compare.
  double mean();

  /// The program that finds it.
  const PictureProgram &network() const { return program; }

private:
  struct Pair {
    std::string name;
    RgbImage first, second;
    double weight;
  };

  void addPair(Pair pair);
  void closeGroup();
  void flush();
  void finish();

  PictureProgram program;
  const bool between;
  std::vector<Picture> group; // the pictures of a label map so far
  std::vector<Pair> pending;
  double sum = 0, weights = 0;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_EVALUATE_DISTANCE_SCORE_H
