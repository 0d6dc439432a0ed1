// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a run begins, or goes on.

#ifndef DPSIMS_RUNTIME_TRAIN_RUN_START_H
#define DPSIMS_RUNTIME_TRAIN_RUN_START_H

#include "runtime/train/run_parts.h"
#include "runtime/train/start_weights.h"
#include "runtime/train/weight_file.h"

#include <optional>
#include <string>

namespace dpsims {

struct RunStart {
  /// At the newest checkpoint that is whole, or at step 0 if there is none. Error: there are checkpoints, but none is
  /// whole; it is of another run; weights do not fit or are missing; what was for training is for validation now.
  /// The first rank's step is all that other ranks have of it: they get the weights by SharedWeights.
  static RunStart of(const RunParts &run, const Report &report);

  uint64_t step;
  StartWeights weights;
  std::optional<FrozenWeights> frozen; ///< of a run that goes on
  std::string backboneFile;            ///< --backbone-weights that the run began with
  PictureList pictures;                ///< all that the run has seen, and these
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_RUN_START_H
