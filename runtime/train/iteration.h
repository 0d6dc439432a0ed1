// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One iteration of the entry `train`: a batch and what is drawn for it go in, losses come out.

#ifndef DPSIMS_RUNTIME_TRAIN_ITERATION_H
#define DPSIMS_RUNTIME_TRAIN_ITERATION_H

#include "runtime/train/arguments.h"

#include <string>
#include <vector>

namespace dpsims {

class Iteration {
public:
  /// `rank`: whose part of the batch it is about, where the entry is sharded. Error: the entry is not one that a
  /// trainer can run.
  Iteration(const CompiledModel &model, const Entry &entry, uint64_t seed, int rank = 0);

  /// (batch, height, width), of all ranks together.
  const Shape &size() const { return sizes; }

  /// Which images of the batch are the rank's.
  Noise::Images images() const { return own; }

  /// Names of the losses, "loss/g".
  const std::vector<std::string> &names() const { return lossNames; }

  /// Gets ready for iteration number `step` (from 0).
  void prepare(const Batch &batch, uint64_t step);

  /// Runs it; the losses, in the order of `names`.
  std::vector<float> run(Session &session);

  /// The same in two parts: the next iteration can be prepared and submitted before the losses of this one are there.
  void submit(Session &session) { arguments.submit(session); }
  std::vector<float> collect(Session &session);

  /// The same as run; `firstNonFinite` as from Session::runChecked.
  std::vector<float> runChecked(Session &session, std::string &firstNonFinite);

private:
  void checkPositions(const CompiledModel &model);
  std::vector<float> losses() const;

  Arguments arguments;
  Noise noise;
  Shape sizes;
  Noise::Images own;
  std::vector<std::string> lossNames;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_ITERATION_H
