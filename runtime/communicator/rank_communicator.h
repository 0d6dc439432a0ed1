// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exchanges that end: with values that are the same bits however the bytes traveled, or with an error in time.

#ifndef DPSIMS_RUNTIME_COMMUNICATOR_RANK_COMMUNICATOR_H
#define DPSIMS_RUNTIME_COMMUNICATOR_RANK_COMMUNICATOR_H

#include "runtime/base/error.h"
#include "runtime/communicator/communicator.h"
#include "runtime/communicator/transport.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace dpsims {

/// Thrown by exchanges when another rank has failed, which says why: there is nothing to add.
class DPSIMS_VISIBLE RankFailed : public Error {
public:
  explicit RankFailed(int rank);
};

/// How long a rank waits for the others, in seconds, by default.
inline constexpr double defaultRankTimeout = 1800;

class RankCommunicator : public Communicator {
public:
  /// `timeout`: seconds that an exchange may take.
  RankCommunicator(std::unique_ptr<Transport> transport, double timeout);

  int rank() const override { return transport->rank(); }
  int size() const override { return transport->size(); }

  /// Sums are in the order of the ranks, element by element: the same bits with every transport and any placement. A
  /// value that is no number makes the largest none too.
  void allReduce(float *values, size_t count, Reduction reduction) override;
  void reduceScatter(const float *values, size_t part, float *dst) override;
  void allGather(const void *src, size_t bytes, void *dst) override;
  void broadcast(void *data, size_t bytes, int root) override;

  /// For a rank that cannot go on: what the others call from now on throws RankFailed. Takes a third of a second.
  /// False: a rank of a lower number fails as well, and is the one to say why.
  bool giveUp() noexcept;

  void finish() { transport->finish(); }
  void abort(int status) { transport->abort(status); }

private:
  void reduceGathered(float *values, size_t count, Reduction reduction);
  void reduceInParts(float *values, size_t count, Reduction reduction);
  void exchangeParts(const float *parts, size_t count, Reduction reduction, float *received);
  float *scratch(size_t count);

  void wait();
  void hear();
  [[noreturn]] void explainSilence();
  bool callRoll();

  std::unique_ptr<Transport> transport;
  const double timeout;
  std::vector<float> memory; // of scratch
  uint64_t exchange = 0;     // how many were begun
  std::set<int> present;     // who answered the roll call
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_COMMUNICATOR_RANK_COMMUNICATOR_H
