// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Roughly how much memory a graph's values take, before anything is fused.

#ifndef DPSIMS_PASSES_GRAPH_LIVEPROFILE_H
#define DPSIMS_PASSES_GRAPH_LIVEPROFILE_H

#include "passes/Graph/GraphUtils.h"

namespace dpsims {

/// Bytes that are alive at each time; a time is the number of library ops that come before. Counted are values that the
/// schedule will keep, as far as that can be told: what arithmetic makes for one reader is fused into it.
class LiveProfile {
public:
  /// `part` of the peak is what may be alive at a time.
  LiveProfile(mlir::Block &block, double part);

  int64_t timeOf(mlir::Operation *op) const { return times.lookup(op); }
  /// When the value is read last, or what is computed again from it for each reader.
  int64_t lastUse(mlir::Value value) const { return lastUses.lookup(value); }

  /// A value is alive at these times, too: first <= time < end.
  struct Wait {
    int64_t bytes, first, end;
  };
  /// Whether not too much would be alive at any time.
  bool hasRoom(llvm::ArrayRef<Wait> waits) const;
  void take(llvm::ArrayRef<Wait> waits);

private:
  int64_t endOf(const Wait &wait) const;
  void findLastUse(mlir::Value value);

  llvm::DenseMap<mlir::Operation *, int64_t> times;
  llvm::DenseMap<mlir::Value, int64_t> lastUses;
  std::vector<int64_t> alive;
  int64_t limit;
};

} // namespace dpsims

#endif
