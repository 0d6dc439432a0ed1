// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What carries bytes between ranks, without waiting and without arithmetic: MPI, or the memory that threads share.

#ifndef DPSIMS_RUNTIME_COMMUNICATOR_TRANSPORT_H
#define DPSIMS_RUNTIME_COMMUNICATOR_TRANSPORT_H

#include <cstddef>
#include <cstdint>

namespace dpsims {

/// A few words to another rank, beside the exchanges.
struct RankNote {
  enum Kind : uint64_t {
    Failed = 1, ///< the sender cannot go on
    WhoIsThere, ///< the sender waits for long: who waits with it?
    Here        ///< the answer; `exchange` is the one that the sender waits in
  };
  uint64_t kind = 0;
  uint64_t exchange = 0;
};

/// One thread uses it. One exchange is under way at a time, the same on all ranks; its memory stays until `done`.
/// Error: the network, or another rank, is gone.
class Transport {
public:
  /// Bytes of an exchange's `bytes` at most.
  static constexpr size_t mostBytes = size_t(1) << 28;

  virtual ~Transport() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;

  /// src and dst are size() pieces of `bytes`: piece i of src goes to rank i, piece i of dst is rank i's.
  virtual void beginAllToAll(const void *src, void *dst, size_t bytes) = 0;

  /// Piece i of dst becomes rank i's src.
  virtual void beginAllGather(const void *src, void *dst, size_t bytes) = 0;

  virtual void beginBroadcast(void *data, size_t bytes, int root) = 0;

  /// Is the exchange that was begun over? To be asked again and again: some carry bytes only meanwhile.
  virtual bool done() = 0;

  /// Sends a note, and takes the next one that came; false if there is none.
  virtual void post(int to, const RankNote &note) = 0;
  virtual bool take(int &from, RankNote &note) = 0;

  /// The end: of all ranks together, each of which calls it; or of all at once, by one that failed. `abort` does not
  /// return where ranks are processes.
  virtual void finish() = 0;
  virtual void abort(int status) = 0;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_COMMUNICATOR_TRANSPORT_H
