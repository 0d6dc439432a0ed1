// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The iterations of a run, one after the other, several of them in flight on a device that can.

#ifndef DPSIMS_RUNTIME_TRAIN_ITERATION_QUEUE_H
#define DPSIMS_RUNTIME_TRAIN_ITERATION_QUEUE_H

#include "runtime/data/loader.h"
#include "runtime/train/iteration.h"
#include "runtime/train/run_logs.h"
#include "runtime/train/run_ranks.h"

#include <memory>
#include <string>
#include <vector>

namespace dpsims {

/// Thrown where an iteration leaves values that are not finite.
struct Diverged {
  std::string seen;  ///< what is wrong: "loss/d is infinite"
  uint64_t lastStep; ///< after iteration number `lastStep`, from 0
};

class IterationQueue {
public:
  /// Runs in flight that a session should be able to have. Half of them are waited for at once, so the host stops once
  /// in so many iterations.
  static constexpr size_t depth = 8;

  /// Goes on with the batch that `loader` gives next. `logs`: null on other ranks than the first. All must outlive the
  /// queue.
  IterationQueue(Session &session, Iteration &iteration, std::unique_ptr<Loader> loader, RunLogs *logs,
                 const RunRanks &ranks);

  /// Iterations that are done, or in flight.
  uint64_t step() const { return submitted; }

  /// Will the session's variables be those of `step`, once what is in flight is done? Not after an error within an
  /// iteration.
  bool isWhole() const { return whole; }

  /// The last losses that are known, in the order of the iteration's names.
  const std::vector<float> &losses() const { return lastLosses; }

  /// One more iteration, of all ranks. Error: a picture cannot be read. Throws Diverged, of an earlier iteration too,
  /// and where there are several ranks what RunRanks::agree does.
  void advance();

  /// Waits for all: what is done with the weights next must not be done with bad ones. Throws Diverged.
  void settle() { take(session.pending()); }

private:
  void take(size_t count);
  void requireFinite(uint64_t number);

  Session &session;
  Iteration &iteration;
  RunLogs *logs;
  const RunRanks &ranks;
  std::unique_ptr<Loader> loader;
  std::vector<float> lastLosses;
  uint64_t submitted;
  bool whole = true;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_ITERATION_QUEUE_H
