// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the time of an iteration goes that several ranks share.

#ifndef DPSIMS_RUNTIME_SESSION_BENCHMARK_RANKS_H
#define DPSIMS_RUNTIME_SESSION_BENCHMARK_RANKS_H

#include "runtime/communicator/communicator.h"
#include "runtime/format/model.h"

#include <ostream>
#include <vector>

namespace dpsims {

/// Seconds of an iteration, on average over the runs that were timed by step: compute[r] + waiting[r] + transfer is the
/// iteration, for every rank r.
struct RankTimes {
  std::vector<double> compute; ///< of each rank: its steps other than all-reduces; empty: the process is alone
  std::vector<double> waiting; ///< of each rank: in all-reduces, for ranks that come later
  double transfer = 0;         ///< all-reduces, where nobody waits
  double exposed = 0;          ///< communication beside which nothing is computed, of a whole run
  uint64_t allReduces = 0;     ///< of an iteration
  uint64_t bytes = 0;          ///< that each rank gives to them

  size_t count() const { return compute.size(); }
  double meanCompute() const;
  double meanWaiting() const;
};

/// Adds up the times of ranks' steps. An all-reduce lasts longest on the rank that comes first, and on the last one for
/// as long as the transfer takes: what it takes longer elsewhere is waiting.
class RankProfile {
public:
  RankProfile(const Plan &plan, int ranks);

  /// A run: seconds[rank * steps + step].
  void add(const std::vector<double> &seconds);

  /// All but `exposed`.
  RankTimes times() const;

  /// Of each step: the best run's time, on average over the ranks, without waiting; and the waiting, on average over
  /// runs and ranks.
  const std::vector<double> &best() const { return bests; }
  std::vector<double> waiting() const;

private:
  size_t steps() const { return messages.size(); }

  const int ranks;
  std::vector<uint64_t> messages; // bytes of each step that is an all-reduce; 0: it is none
  std::vector<double> bests, waits;
  RankTimes sums;
  int runs = 0;
};

/// The largest of all ranks' values, place by place; all call it together. `ranks` may be null: there is one.
std::vector<double> largestOfRanks(std::vector<double> values, Communicator *ranks);

/// values, rank by rank, on all.
std::vector<double> gatherOfRanks(const std::vector<double> &values, Communicator &ranks);

/// Bytes that a rank gives to a step's all-reduce; 0: the step is none.
uint64_t messageBytes(const Plan &plan, const Step &step);

void printRankTimes(const RankTimes &times, std::ostream &out);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SESSION_BENCHMARK_RANKS_H
