// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Training: iterations, and what keeps their work.

#ifndef DPSIMS_RUNTIME_TRAIN_TRAINER_H
#define DPSIMS_RUNTIME_TRAIN_TRAINER_H

#include "runtime/train/checkpoints.h"
#include "runtime/train/evaluation.h"
#include "runtime/train/iteration.h"
#include "runtime/train/start_weights.h"
#include "runtime/train/stop_signal.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace dpsims {

/// One run in one folder. A run is a function of the model, the data, the first weights and the seed: the same bits
/// again on the same machine with the same number of threads, however often it is interrupted.
class Trainer {
public:
  using OpenDevice =
      std::function<std::unique_ptr<Device>(Target target, const DeviceOptions &options, const std::string &model)>;

  /// Opens everything and checks it: model, data, weights, the run's folder. Errors: see its parts.
  Trainer(const TrainOptions &options, Report report, const OpenDevice &open = createDevice);

  /// Trains until the last step, or until a signal comes, and leaves a checkpoint in any case. Error: a loss is not
  /// finite (names the op); pictures cannot be read; files cannot be written.
  void run();

private:
  // Beginning
  void openDevice();
  void begin();
  void addFirstWeights();
  void resume(const Checkpoint &from);
  void takeFrozen(const Checkpoint &from);
  void keepBackboneOption();
  void openSession();
  void beginLogs();

  // Iterations
  void train();
  void iterate();
  void takeLosses(size_t count);
  void settle();
  std::string note() const;
  void sharePlans() const;
  bool isLast() const { return step >= options.steps; }

  // Checkpoints
  CheckpointState state() const;
  bool isSaved(uint32_t weight) const;
  void checkpoint(bool withAverage = true);
  void saveProgress();
  void writeVariables(const std::string &path) const;
  void writeFrozen();
  void finish();

  /// `seen`: what is wrong after iteration number `lastStep`.
  [[noreturn]] void explainNonFinite(const std::string &seen, uint64_t lastStep);

  const StopSignal signals;
  TrainOptions options;
  Report report;
  OpenDevice open;
  std::shared_ptr<const CompiledModel> model;
  const Entry &entry;
  Iteration iteration;
  TrainingData data;
  StartWeights start;
  RunFolder folder;
  Checkpoints checkpoints;
  Evaluation evaluation;
  std::unique_ptr<Device> device;
  std::unique_ptr<Session> session;
  std::unique_ptr<SafetensorsFile> frozen;
  std::string frozenSum;
  std::unique_ptr<Loader> loader;
  std::unique_ptr<EventFile> events;
  std::unique_ptr<CsvLog> table;
  std::vector<float> losses; // the last that are known
  uint64_t step = 0;         // iterations done, or in flight
  uint64_t savedStep = 0;    // of the newest checkpoint
  bool whole = true;         // the weights are those of `step`, once what is in flight is done
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_TRAINER_H
