// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Training: iterations, and what keeps their work.

#ifndef DPSIMS_RUNTIME_TRAIN_TRAINER_H
#define DPSIMS_RUNTIME_TRAIN_TRAINER_H

#include "runtime/train/average.h"
#include "runtime/train/evaluation.h"
#include "runtime/train/training.h"

#include <cstdint>
#include <string>

#include <functional>

namespace dpsims {

/// One run in one folder. A run is a function of the model, the data, the first weights and the seed: the same bits
/// again on the same machine with the same number of threads, however often it is interrupted.
class Trainer {
public:
  /// Opens everything and checks it: model, data, weights, the run's folder. Errors: see its parts.
  Trainer(const TrainOptions &options, const Report &report, const OpenDevice &open = createDevice);

  /// Trains until the last step, or until a signal comes that the program notes (StopSignal), and leaves a checkpoint
  /// in any case. Error: a loss is not finite (names the op); pictures cannot be read; files cannot be written.
  void run();

private:
  uint64_t step() { return training.iterations().step(); }
  bool isLast() { return step() >= parts.options.steps; }
  void announce();
  void trainOrStop();
  void evaluate();
  void lead(const std::function<void()> &work);
  void help(uint64_t what);
  void train();
  std::string note();
  void finish();

  void checkpoint(bool isProgress = false);
  const GeneratorWeights *averageToKeep();
  void writeFirstCheckpoint();
  void writeCheckpoint(const GeneratorWeights *average);
  void saveProgress();

  const Report report;
  RunParts parts;
  Training training;
  AverageCache average;
  Evaluation evaluation;
  uint64_t savedStep; // of the newest checkpoint
  bool stopped = false;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_TRAINER_H
