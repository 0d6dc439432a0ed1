// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pieces of work, and graphs of them as captures make them.

#ifndef DPSIMS_TEST_EMULATOR_GRAPH_H
#define DPSIMS_TEST_EMULATOR_GRAPH_H

#include <cstddef>
#include <cstdint>
#include <cuda_runtime_api.h>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace dpsims::emulated {

struct Task {
  std::string name;
  std::function<void()> run;
  // Memory of the host that it reads when it runs.
  const void *hostSource = nullptr;
  uint64_t hostBytes = 0;
  bool pageable = false; // it refers to memory of the host that is not pinned: cannot be captured
};

/// Nodes in the order in which they were captured; each comes after some that are before it.
struct Graph {
  struct Node {
    Task task;
    uint64_t stream; // the number of that which captured it
    std::vector<size_t> after;
  };

  std::vector<Node> nodes;

  /// Runs all nodes in an order that their edges allow; choose(streams) says which of those comes next that can, by
  /// their streams' numbers.
  void run(const std::function<size_t(const std::vector<uint64_t> &)> &choose) const;
};

/// A graph while streams add to it.
struct Capture {
  Graph graph;
  cudaStreamCaptureMode mode;
  std::thread::id thread;
  const void *origin; // the stream that began it and must end it
  bool isInvalid = false;
};

} // namespace dpsims::emulated

#endif // DPSIMS_TEST_EMULATOR_GRAPH_H
