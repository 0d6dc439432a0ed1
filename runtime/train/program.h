// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The program that trains, and which of its weights training changes.

#ifndef DPSIMS_RUNTIME_TRAIN_PROGRAM_H
#define DPSIMS_RUNTIME_TRAIN_PROGRAM_H

#include "runtime/format/model.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dpsims {

/// Below it are the backbone's weights, with timm's names.
inline constexpr char backbonePrefix[] = "discriminator.backbone.";

class TrainProgram {
public:
  /// Loads a model with the entry "train". Error: there is no such entry, or its batch is another than `batch` (0:
  /// any).
  TrainProgram(const std::string &path, int64_t batch);

  const CompiledModel &model() const { return *compiled; }
  const std::shared_ptr<const CompiledModel> &shared() const { return compiled; }
  const Entry &entry() const { return *train; }

  /// Whether an entry of the model reads instance maps.
  bool takesInstances() const;

  /// Is the discriminator's backbone one that is not trained?
  bool hasFrozenBackbone() const { return frozenBackbone; }

  /// Is the weight in each checkpoint? Those that training does not change are in the run's folder, once.
  bool isSaved(uint32_t weight) const { return saved[weight]; }

  /// The entry's weights whose name begins so, by index in CompiledModel::weights.
  std::vector<uint32_t> below(const std::string &prefix) const;

private:
  std::shared_ptr<const CompiledModel> compiled;
  const Entry *train;
  bool frozenBackbone;
  std::vector<bool> saved; // by index in CompiledModel::weights
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_PROGRAM_H
