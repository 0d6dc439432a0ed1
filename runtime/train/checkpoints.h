// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checkpoints of a run: folders `step-00001000` that appear whole or not at all, whatever kills the process.
//   model.safetensors   weights, the optimizer's state, the average
//   state.json          CheckpointState
//   ema.safetensors     in some: the generator for `dpsims-run sample`
//   DONE                sizes and sums of the others
// Random numbers and the order of the data are functions of (seed, step): there is no other state.

#ifndef DPSIMS_RUNTIME_TRAIN_CHECKPOINTS_H
#define DPSIMS_RUNTIME_TRAIN_CHECKPOINTS_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dpsims {

/// Where a run is, and what it is a run of.
struct CheckpointState {
  uint64_t step = 0; ///< iterations done
  uint64_t seed = 0;
  int64_t batch = 0;
  std::string sourceHash; ///< CompiledModel::sourceHash
  std::string config;     ///< CompiledModel::config, JSON
  std::string frozen;     ///< sumOfFile of the weights that no checkpoint has; empty: not known
  std::string pictures;   ///< PictureList::fingerprint of the data set; empty: it is drawn, or not known
  int ranks = 1;          ///< that the batch was shared by
};

struct Checkpoint {
  CheckpointState state;
  std::string path;

  std::string file(const std::string &name) const;
};

class Checkpoints {
public:
  /// `directory` need not exist before the first `write`.
  explicit Checkpoints(std::string directory) : directory(std::move(directory)) {}

  /// Removes what a killed process left behind. Only for the process that has the run's lock.
  void removeRemains() const;

  /// Writes a checkpoint: `writeFiles` makes the files in the folder that it is given; this adds state and sums, makes
  /// all durable and gives the folder its name. Error: something cannot be written; then nothing of it is left, and
  /// the older checkpoints are as they were.
  Checkpoint write(const CheckpointState &state,
                   const std::function<void(const std::string &folder)> &writeFiles) const;

  /// Steps that have a checkpoint, ascending.
  std::vector<uint64_t> steps() const;

  /// Reads and verifies the checkpoint of a step. Error: it is damaged; says what is wrong.
  Checkpoint open(uint64_t step) const;

  /// The newest checkpoint that is whole. `warn` hears of each damaged one that is passed over. Error: one cannot be
  /// read for another reason (permission): it may be whole.
  std::optional<Checkpoint> newest(const std::function<void(const std::string &)> &warn) const;

  /// The same, for a run that goes on there: damaged ones that are newer become `damaged-step-...`, so that they take
  /// no other's place. Error also: the directory cannot be written.
  std::optional<Checkpoint> recover(const std::function<void(const std::string &)> &warn) const;

  /// Removes all but the newest `keep` and those whose step is a multiple of `every` (0: none), but step 0.
  void prune(size_t keep, uint64_t every) const;

private:
  std::string folder(uint64_t step) const;

  std::string directory;
};

/// A file's checksum, as text. Error: it cannot be read.
std::string sumOfFile(const std::string &path);

/// Error unless a run of `saved` can go on with `current`: same configuration, batch and seed; the number of ranks
/// may be another. Names what differs.
void requireSameRun(const std::string &path, const CheckpointState &saved, const CheckpointState &current);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_CHECKPOINTS_H
