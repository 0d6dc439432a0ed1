// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The average of a run's generator, as the entry `sample` takes it.

#ifndef DPSIMS_RUNTIME_TRAIN_AVERAGE_H
#define DPSIMS_RUNTIME_TRAIN_AVERAGE_H

#include "runtime/train/checkpoints.h"
#include "runtime/train/generator_weights.h"
#include "runtime/train/noise.h"
#include "runtime/train/run_ranks.h"
#include "runtime/train/training_data.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace dpsims {

/// What the average of a run is made of. `weights` and `data` must outlive its users.
struct AverageSource {
  std::shared_ptr<const CompiledModel> model;
  const WeightLookup &weights; ///< "ema.generator.NAME", and for what no average is kept "generator.NAME"
  const TrainingData &data;
  uint64_t batches; ///< that its statistics are estimated from
  uint64_t seed;
  const RunRanks &ranks; ///< the first alone has weights
};

/// The average with statistics (and the spectral norm's vectors) estimated again by the entry `statistics`: what
/// training has are those of another network. Of several ranks the others help. Throws Stopped, on all.
GeneratorWeights averageGenerator(const AverageSource &source, Device &device);

/// What a rank that is not the first does meanwhile.
void helpAverage(const AverageSource &source, Device &device);

/// The average of the step that was asked for last; for the first rank.
class AverageCache {
public:
  AverageCache(const AverageSource &source, Device &device) : source(source), device(device) {}

  /// For the others, when the first has asked for help.
  void help() { helpAverage(source, device); }

  /// The step must be where the weights are. Throws Stopped.
  const GeneratorWeights &at(uint64_t step);

private:
  const AverageSource source;
  Device &device;
  std::optional<GeneratorWeights> average;
  uint64_t averagedStep = 0;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_AVERAGE_H
