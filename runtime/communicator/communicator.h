// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ranks of a run: processes that each execute the same plan, on their part of the batch.

#ifndef DPSIMS_RUNTIME_COMMUNICATOR_COMMUNICATOR_H
#define DPSIMS_RUNTIME_COMMUNICATOR_COMMUNICATOR_H

#include <cstddef>
#include <cstdint>

namespace dpsims {

/// How the ranks' values become one.
enum class Reduction : uint8_t { Sum, Max };

/// What every rank calls, in the same order with the same sizes: nobody returns before all others have given their
/// part. One thread at a time uses it. Error (dpsims::Error): another rank ended, or did not answer in time; a run
/// cannot go on after one.
class Communicator {
public:
  virtual ~Communicator() = default;

  /// 0..size()-1, and how many there are.
  virtual int rank() const = 0;
  virtual int size() const = 0;

  /// values[i], i < count, become the sum or the largest of all ranks' values. The same bits on all ranks, and again
  /// with the same number of ranks.
  virtual void allReduce(float *values, size_t count, Reduction reduction) = 0;

  /// dst[i], i < part, become the sums of all ranks' values[rank() * part + i]; `values` has size() such parts. The
  /// bits are those of allReduce. The memories do not overlap.
  virtual void reduceScatter(const float *values, size_t part, float *dst) = 0;

  /// dst gets the `bytes` of each rank's src, rank by rank.
  virtual void allGather(const void *src, size_t bytes, void *dst) = 0;

  /// data becomes that of rank `root`.
  virtual void broadcast(void *data, size_t bytes, int root) = 0;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_COMMUNICATOR_COMMUNICATOR_H
