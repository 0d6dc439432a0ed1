// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run is made of, before anything is computed.

#ifndef DPSIMS_RUNTIME_TRAIN_RUN_PARTS_H
#define DPSIMS_RUNTIME_TRAIN_RUN_PARTS_H

#include "runtime/train/checkpoints.h"
#include "runtime/train/iteration.h"
#include "runtime/train/judge.h"
#include "runtime/train/options.h"
#include "runtime/train/picture_list.h"
#include "runtime/train/program.h"
#include "runtime/train/report.h"
#include "runtime/train/run_folder.h"
#include "runtime/train/run_ranks.h"
#include "runtime/train/training_data.h"

#include <optional>
#include <string>

namespace dpsims {

struct RunParts {
  /// Opens all, locks the folder, and checks what can be checked. Of several ranks the first alone touches the folder.
  /// Errors: those of the parts; the ranks were started with other models, data or options.
  RunParts(const TrainOptions &options, const Report &report);

  const TrainOptions options;
  const RunRanks ranks;
  const TrainProgram program;
  Iteration iteration;
  const TrainingData data;
  const PictureList pictures; ///< of the data
  const RunFolder folder;
  const Checkpoints checkpoints;
  const std::optional<Judge> judge; ///< none: no distance is measured

  /// What a checkpoint says of the run. `frozen`: FrozenWeights::sum.
  CheckpointState stateAt(uint64_t step, const std::string &frozen) const;

  /// Measured choices of algorithms: the run has the machine's, and the machine those that the run makes.
  void takePlans() const;
  void sharePlans() const;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_RUN_PARTS_H
