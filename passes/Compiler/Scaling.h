// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What an iteration takes on many devices, each with the same part of the batch: a prediction.

#ifndef DPSIMS_PASSES_COMPILER_SCALING_H
#define DPSIMS_PASSES_COMPILER_SCALING_H

#include "dialect/Dialect.h"
#include "passes/Compiler/Network.h"
#include "passes/ReportTable.h"

#include <optional>
#include <vector>

namespace dpsims {

/// A step of a program that ranks execute together, and what its all-reduces order.
struct RankStep {
  double seconds = 0;           ///< that it computes; 0 of an all-reduce
  int64_t message = 0;          ///< bytes that a rank gives to an all-reduce, or to a half of one; 0: it is none
  double share = 1;             ///< of an all-reduce's time
  std::optional<size_t> ready;  ///< of an all-reduce: the last step that computes what it takes
  std::vector<size_t> messages; ///< all-reduces of whose results the step reads
  std::string label;
};

/// Seconds of an iteration. Steps are computed in their order. All-reduces are under way in their order, too, one at a
/// time: from where what they take is computed and the one before is over, to a reader that waits for them.
struct IterationTime {
  double compute = 0, communication = 0;
  double iteration = 0; ///< with all-reduces beside steps that do not need them
  double exposed() const { return iteration - compute; }
  double inOrder() const { return compute + communication; } ///< without
};

class Scaling {
public:
  /// Of the main plan of an entry for several ranks, whose steps take `seconds`, by their place. With labels.
  Scaling(EntryOp entry, llvm::ArrayRef<double> seconds, llvm::ArrayRef<std::string> labels, const Network &network);

  /// On so many devices, if something is changed.
  struct Change {
    double computes = 1;  ///< times as long
    double bytes = 1;     ///< of messages, times as many
    bool latency = true;  ///< of messages
    bool transfer = true; ///< of their bytes
    double images = 1;    ///< a device's, times as many
  };
  IterationTime on(int64_t devices, const Change &change) const;

  /// A row for each number of devices; for each change, its efficiency on each; for each all-reduce, its time on each.
  ReportTable table() const;
  ReportTable changeTable() const;
  /// `all`: by each algorithm.
  ReportTable messageTable(bool all) const;

private:
  double efficiency(int64_t devices, const Change &change) const;
  llvm::StringRef limit(int64_t devices) const;
  llvm::StringRef help(int64_t devices) const;

  std::vector<RankStep> steps;
  Network network;
  int64_t imagesPerDevice = 1;
  std::vector<int64_t> sizes; ///< numbers of devices to tell of
};

} // namespace dpsims

#endif
