// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A run's networks on a device, training.

#ifndef DPSIMS_RUNTIME_TRAIN_TRAINING_H
#define DPSIMS_RUNTIME_TRAIN_TRAINING_H

#include "runtime/train/generator_weights.h"
#include "runtime/train/iteration_queue.h"
#include "runtime/train/run_parts.h"
#include "runtime/train/run_start.h"
#include "runtime/train/shared_plans.h"

#include <memory>
#include <string>

namespace dpsims {

class Training {
public:
  /// Nothing of the run's folder changes before the device has the weights. Several ranks have those of the first, and
  /// its measured choices of algorithms. `run` must outlive the object. Errors: those of `open` and of Session; the
  /// folder cannot be written.
  Training(RunParts &run, RunStart start, const OpenDevice &open);

  Training(const Training &) = delete;
  Training &operator=(const Training &) = delete;

  Device &device() { return *opened; }
  Session &session() { return networks; }
  IterationQueue &iterations() { return queue; }

  /// Null on other ranks than the first, as is what a checkpoint says there.
  RunLogs *logs() { return numbers ? &*numbers : nullptr; }

  /// All weights of the run, by their names.
  const WeightLookup &weights() const { return lookup; }

  /// "27.3 MiB of memory: arena ...": what the run takes on the device, and of the host for pictures.
  std::string memoryText() const;

  /// What a checkpoint says of where the run is.
  CheckpointState state() const { return run.stateAt(queue.step(), frozen ? frozen->sum() : ""); }

private:
  const RunParts &run;
  PlansOfFirst plans;
  const std::unique_ptr<Device> opened;
  Session networks;
  const std::optional<FrozenWeights> frozen;
  const WeightLookup lookup;
  std::optional<RunLogs> numbers;
  IterationQueue queue;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_TRAINING_H
