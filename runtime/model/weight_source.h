// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a session gets its weights from.

#ifndef DPSIMS_RUNTIME_MODEL_WEIGHT_SOURCE_H
#define DPSIMS_RUNTIME_MODEL_WEIGHT_SOURCE_H

#include "runtime/model/model.h"
#include "runtime/weights/initialise.h"
#include "runtime/weights/safetensors.h"

#include <memory>
#include <string>
#include <vector>

namespace dpsims {

class WeightSource {
public:
  virtual ~WeightSource() = default;

  /// Reads the weight CompiledModel::weights[index], one of the entry's, as f32.
  virtual void read(uint32_t index, float *dst) = 0;
};

/// The specs of an entry's weights, in the order of Entry::weights.
std::vector<WeightSpec> weightsOf(const CompiledModel &model, const Entry &entry);

/// Weights of a safetensors file, matched by name.
class FileWeights : public WeightSource {
public:
  /// Names stand below `prefix` ("generator.", the dot may be left out) in the file. With an empty prefix they stand as
  /// they are; if none does, but some do below "generator.", "discriminator.", "discriminator.backbone.net.",
  /// "discriminator.backbone." or "backbone.", that prefix is taken, see `detectedPrefix`.
  /// Error: as matchWeights.
  FileWeights(const CompiledModel &model, const Entry &entry, const std::string &path, std::string prefix = {});

  void read(uint32_t index, float *dst) override;

  /// The prefix that was found in the file without being asked for, else empty.
  const std::string &detectedPrefix() const { return detected; }

private:
  SafetensorsFile file;
  std::string detected;
  std::vector<const SafetensorsEntry *> byIndex; // by index in CompiledModel::weights; null: not the entry's
};

/// First values as the model declares them.
class InitialWeights : public WeightSource {
public:
  /// `model` must outlive the source.
  InitialWeights(const CompiledModel &model, uint64_t seed) : model(model), initialiser(model.weights, seed) {}

  void read(uint32_t index, float *dst) override;

private:
  const CompiledModel &model;
  Initialiser initialiser;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_MODEL_WEIGHT_SOURCE_H
