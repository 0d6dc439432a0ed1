// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights of a run in safetensors files.

#ifndef DPSIMS_RUNTIME_TRAIN_WEIGHT_FILE_H
#define DPSIMS_RUNTIME_TRAIN_WEIGHT_FILE_H

#include "runtime/train/program.h"
#include "runtime/train/run_ranks.h"
#include "runtime/train/start_weights.h"

#include "runtime/session/session.h"

#include <memory>
#include <string>

namespace dpsims {

/// Writes the session's variables that each checkpoint has. On the first of several ranks; the others help with what
/// is sharded (RunRanks::lead).
void writeSavedWeights(const std::string &path, const TrainProgram &program, const Session &session,
                       const RunRanks &ranks = RunRanks(nullptr));

/// The other way around: sets those variables, on all ranks together, of which the first reads the file. Error: one is
/// missing in the file, or does not fit.
void readSavedWeights(const std::string &path, const TrainProgram &program, Session &session,
                      const RunRanks &ranks = RunRanks(nullptr));

/// The weights that no checkpoint has, in a file of the run's folder.
class FrozenWeights {
public:
  /// Error: the file cannot be read, or is not a safetensors file.
  explicit FrozenWeights(const std::string &path);

  /// Writes them as the run begins with them.
  static FrozenWeights write(const std::string &path, const TrainProgram &program, StartWeights &weights);

  const SafetensorsFile &file() const { return *tensors; }

  /// sumOfFile.
  const std::string &sum() const { return checksum; }

private:
  std::string checksum;
  std::unique_ptr<const SafetensorsFile> tensors;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_WEIGHT_FILE_H
