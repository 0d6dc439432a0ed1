// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The generator of a run at one step, as the entry `sample` takes it: the one that trains, or its average.

#ifndef DPSIMS_RUNTIME_TRAIN_GENERATOR_WEIGHTS_H
#define DPSIMS_RUNTIME_TRAIN_GENERATOR_WEIGHTS_H

#include "runtime/session/session.h"
#include "runtime/session/weight_source.h"
#include "runtime/train/network_weights.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace dpsims {

/// Where a run's weights are: reads the weight of that name ("ema.generator.stem.weight") into `dst`, `count` numbers;
/// false if there is none.
using WeightLookup = std::function<bool(const std::string &name, int64_t count, float *dst)>;

/// The variables of a session, without those of which each rank has a part. It must outlive the function.
WeightLookup variablesOf(const Session &session);

/// The tensors of a file. It must outlive the function. Error when read: a tensor has another number of elements.
WeightLookup tensorsOf(const SafetensorsFile &file);

/// Weights by the names of the entry `sample`.
class GeneratorWeights : public WeightSource {
public:
  /// The generator as it trains: "generator.NAME". `model` must outlive the object. Error: a weight is missing.
  GeneratorWeights(const CompiledModel &model, const WeightLookup &lookup);

  /// The same, each weight from the first lookup and prefix that has it.
  struct Layer {
    const WeightLookup &lookup;
    const char *prefix;
  };
  GeneratorWeights(const CompiledModel &model, std::initializer_list<Layer> layers);

  void read(uint32_t index, float *dst) override;

  /// writeWeights.
  void write(const std::string &path, bool half, const std::map<std::string, std::string> &metadata) const;

private:
  const CompiledModel &model;
  NetworkWeights values;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_GENERATOR_WEIGHTS_H
