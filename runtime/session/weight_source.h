// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a session gets its weights from.

#ifndef DPSIMS_RUNTIME_SESSION_WEIGHT_SOURCE_H
#define DPSIMS_RUNTIME_SESSION_WEIGHT_SOURCE_H

#include "runtime/format/model.h"
#include "runtime/weights/initialize.h"
#include "runtime/weights/safetensors.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace dpsims {

class Session;

class WeightSource {
public:
  virtual ~WeightSource() = default;

  /// Reads the weight CompiledModel::weights[index], one of the entry's, as f32.
  virtual void read(uint32_t index, float *dst) = 0;
};

/// The specs of an entry's weights, in the order of Entry::weights.
std::vector<WeightSpec> weightsOf(const CompiledModel &model, const Entry &entry);

/// Some of an entry's weights. Both names end in a dot, or are empty.
struct WeightSelection {
  std::string below;  ///< only those below this name, which the names in the file lack
  std::string except; ///< those below this name may be missing
};

/// Weights of a safetensors file, matched by name. Weights that are not required and that the file lacks have their
/// first value; a copy is one of the file's value. The file may have the model's other weights too.
class FileWeights : public WeightSource {
public:
  /// Names are below `prefix` ("generator.", the dot may be left out) in the file. With an empty prefix they are as
  /// they are; if none does, but some do below "generator.", "discriminator.", "discriminator.backbone.net.",
  /// "discriminator.backbone." or "backbone.", that prefix is taken, see `detectedPrefix`.
  /// Error: as matchWeights.
  /// `model` must outlive the source.
  FileWeights(const CompiledModel &model, const Entry &entry, const std::string &path, std::string prefix = {},
              const WeightSelection &selection = {});

  /// Error: as readWeight.
  void read(uint32_t index, float *dst) override;

  /// Reads all that the file gave, where they will be needed much later. Error: as readWeight.
  void requireGood();

  /// What the file says of itself.
  const std::map<std::string, std::string> &metadata() const { return file.metadata(); }

  /// The prefix that was found in the file without being asked for, else empty.
  const std::string &detectedPrefix() const { return detected; }

private:
  void usePrefix(const std::vector<WeightSpec> &needed, std::string &prefix);

  const CompiledModel &model;
  SafetensorsFile file;
  std::string detected;
  std::vector<const SafetensorsEntry *> byIndex; // by index in CompiledModel::weights; null: not there
  std::unique_ptr<Initializer> initializer;      // made when the first one is missed
};

/// First values as the model declares them.
class InitialWeights : public WeightSource {
public:
  /// `model` must outlive the source.
  InitialWeights(const CompiledModel &model, uint64_t seed) : model(model), initializer(model.weights, seed) {}

  void read(uint32_t index, float *dst) override;

private:
  const CompiledModel &model;
  Initializer initializer;
};

/// The weights of an entry from the variables of a session: the weight NAME is the variable `prefix`NAME.
class SessionWeights : public WeightSource {
public:
  /// `prefix`: "generator.", with the dot, or empty. What is not a variable comes from `fallback`, which may be null.
  /// All must outlive the source. Error: a weight is not a variable and there is no fallback; a variable has another
  /// shape.
  SessionWeights(const CompiledModel &model, const Entry &entry, const Session &session, const std::string &prefix,
                 WeightSource *fallback = nullptr);

  void read(uint32_t index, float *dst) override;

private:
  const Session &session;
  WeightSource *fallback;
  std::unordered_map<uint32_t, size_t> variables; // by index in CompiledModel::weights
};

/// Weights below a name from one source, all others from another.
class LayeredWeights : public WeightSource {
public:
  /// `below`: "discriminator.backbone.", with the dot. All must outlive the source.
  LayeredWeights(const CompiledModel &model, std::string below, WeightSource &inner, WeightSource &rest)
      : model(model), below(std::move(below)), inner(inner), rest(rest) {}

  void read(uint32_t index, float *dst) override;

private:
  const CompiledModel &model;
  std::string below;
  WeightSource &inner, &rest;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SESSION_WEIGHT_SOURCE_H
