// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Double of cuDNN: its engines, which differ in what they do with a result, and the plans made of them.

#ifndef DPSIMS_TEST_EMULATOR_CUDNN_ENGINE_H
#define DPSIMS_TEST_EMULATOR_CUDNN_ENGINE_H

#include "test/emulator/cudnn_graph.h"

#include <map>

namespace dpsims::emulated {

struct DnnEngine {
  int64_t index = 0;
  bool tensorCores = false;  // rounds operands to TF32
  bool deterministic = true; // false: results differ a little from run to run
  bool runtimeCompiled = false;
  bool builds = true; // false: proposed, and then no plan can be made of it

  std::vector<cudnnBackendNumericalNote_t> numericalNotes() const;
  std::vector<cudnnBackendBehaviorNote_t> behaviorNotes() const;
};

/// The engines that cuDNN 9.19 proposes for such graphs on an H100, one of each kind, with its numbers; those for
/// gradients that are not deterministic come first. Empty: it has none.
std::vector<DnnEngine> proposeEngines(const DnnGraph &graph, cudnnBackendHeurMode_t mode);

struct DnnPlan {
  DnnGraph graph;
  DnnEngine engine;
  bool forThisDevice = true; // false: made for the description of one

  /// No multiple of anything, for strictness.
  static constexpr int64_t workspaceBytes = 1000;

  std::string toJson() const;
  /// Error: no plan, or for another version of cuDNN or another chip.
  static DnnPlan fromJson(const std::string &text);

  /// Computes the graph on memory that was checked; `operands` by number.
  void run(const std::map<int64_t, void *> &operands) const;
};

} // namespace dpsims::emulated

#endif // DPSIMS_TEST_EMULATOR_CUDNN_ENGINE_H
