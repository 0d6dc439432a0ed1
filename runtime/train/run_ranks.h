// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ranks of a training run. All execute the iterations, each on its pictures; the first (rank 0) alone reads and
// writes the run's folder, measures and reports, while the others wait, or help with what they are asked for.

#ifndef DPSIMS_RUNTIME_TRAIN_RUN_RANKS_H
#define DPSIMS_RUNTIME_TRAIN_RUN_RANKS_H

#include "runtime/base/error.h"
#include "runtime/communicator/communicator.h"
#include "runtime/session/session.h"

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dpsims {

/// Thrown on all ranks at the same place when one of them failed there: between iterations, so that the weights are
/// whole.
class AgreedFailure {
public:
  explicit AgreedFailure(std::exception_ptr own, int rank) : own(std::move(own)), rank(rank) {}

  /// On the rank that failed what it failed with, on others RankFailed.
  [[noreturn]] void rethrow() const;

private:
  std::exception_ptr own; // null on other ranks
  int rank;
};

/// Thrown on all ranks when their weights are not the same: those that are there are not to be kept.
class WeightsDiffer : public Error {
public:
  explicit WeightsDiffer(std::string_view message) : Error(message, ErrorCode::Device) {}
};

class RunRanks {
public:
  /// Null: the run has one rank, and what follows does nothing that one rank has no need of.
  explicit RunRanks(std::shared_ptr<Communicator> communicator) : all(std::move(communicator)) {}

  int rank() const { return all ? all->rank() : 0; }
  int size() const { return all ? all->size() : 1; }
  bool several() const { return size() > 1; }
  bool isFirst() const { return rank() == 0; }
  const std::shared_ptr<Communicator> &communicator() const { return all; }

  /// Error, on all ranks, unless all say the same. `facts`: what, and its value. Names the first that differs.
  void requireSame(const std::vector<std::pair<std::string, std::string>> &facts) const;

  /// The first rank's, on all.
  uint64_t fromFirst(uint64_t value) const;
  std::string fromFirst(std::string text) const;

  /// The text of the rank whose number is least, of the first of those.
  std::string ofLeast(uint64_t number, const std::string &text) const;

  /// Until all are there.
  void meet() const { fromFirst(uint64_t(0)); }

  /// Has a signal come to any rank (StopSignal)? All ask together. Throws Stopped then.
  void throwIfStopped() const;

  /// Does `work` of this rank, and waits for the others': throws Stopped if a signal has come to any rank,
  /// AgreedFailure if the work of one failed. With one rank, `work` alone.
  void agree(const std::function<void()> &work) const;

  /// On the first rank does `work`, which may throw Stopped, and may call forHelp; the others call `help` as often as
  /// that does, with what it is asked for, and then return or throw as well. `help` may throw Stopped where forHelp's
  /// caller does.
  using Help = std::function<void(uint64_t what)>;
  void lead(const std::function<void()> &work, const Help &help) const;
  void forHelp(uint64_t what) const;

  /// What others are asked for: an average of weights, or with variable i added the variable's parts.
  static constexpr uint64_t averageHelp = 0, variableHelp = 1;

  /// On the first rank, in `lead`: a variable, all parts of it.
  void readWhole(const Session &session, size_t i, float *dst) const;
  /// The others' help with it.
  void giveParts(const Session &session, size_t i) const;

  /// WeightsDiffer, on all ranks, if a variable that all have has other bits on one rank than on the first. Names both.
  void requireSameWeights(const Session &session, uint64_t step) const;

private:
  std::vector<uint64_t> gathered(uint64_t value) const;
  std::string fromRank(std::string text, int rank) const;

  std::shared_ptr<Communicator> all;
};

/// Weights that the first rank reads of `source`, and hands to the others, which read nothing. All ranks read the same
/// ones in the same order. `source` is null on the others.
class SharedWeights : public WeightSource {
public:
  SharedWeights(const CompiledModel &model, const RunRanks &ranks, WeightSource *source)
      : model(model), ranks(ranks), source(source) {}

  void read(uint32_t index, float *dst) override;

private:
  const CompiledModel &model;
  const RunRanks &ranks;
  WeightSource *source;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_RUN_RANKS_H
