// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The weights that a run begins with, gathered from files; what no file has gets its first value.

#ifndef DPSIMS_RUNTIME_TRAIN_START_WEIGHTS_H
#define DPSIMS_RUNTIME_TRAIN_START_WEIGHTS_H

#include "runtime/session/weight_source.h"
#include "runtime/train/program.h"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace dpsims {

class StartWeights : public WeightSource {
public:
  /// `program` must outlive the source.
  StartWeights(const TrainProgram &program, uint64_t seed);

  /// Weights of both networks, "generator.*" and "discriminator.*", or those of a generator alone by the names that
  /// `sample` knows. The backbone may be missing. Error: as matchWeights.
  void addNetworks(const std::string &path);

  /// The backbone's weights, by timm's names. Error: they do not fit; names the families if the names tell them.
  void addBackbone(const std::string &path);

  /// How a run goes on: every weight that a checkpoint has must be in the file; every one that no checkpoint has.
  void addSaved(const std::string &path) { addWhole(path, true); }
  void addUnsaved(const std::string &path) { addWhole(path, false); }

  /// Error if the backbone is frozen and no file gave it.
  void requireBackbone() const;

  /// A weight of a file, else (a copy) the value of the weight that it is a copy of, else its first value.
  void read(uint32_t index, float *dst) override;

private:
  struct Place {
    const SafetensorsFile *file;
    const SafetensorsEntry *entry;
  };

  const SafetensorsFile &open(const std::string &path);
  void addWhole(const std::string &path, bool saved);
  /// Finds the weights `indices` in a file in which their names lack `prefix`.
  void add(const SafetensorsFile &file, const std::vector<uint32_t> &indices, const std::string &prefix,
           const std::function<bool(const WeightSpec &)> &required);

  const TrainProgram &program;
  const CompiledModel &model;
  InitialWeights initial;
  std::vector<std::unique_ptr<SafetensorsFile>> files;
  std::unordered_map<uint32_t, Place> places; // by index in CompiledModel::weights
};

/// "ConvNeXt", "ResNet", "EfficientNet" or "Swin", if names of weights (timm's) are of one; else empty.
std::string backboneFamily(const std::vector<std::string> &names);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_START_WEIGHTS_H
