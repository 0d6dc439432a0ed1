// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/graph.h"

namespace dpsims::emulated {

void Graph::run(const std::function<size_t(const std::vector<uint64_t> &)> &choose) const {
  std::vector<std::vector<size_t>> followers(nodes.size());
  std::vector<size_t> missing(nodes.size()), ready;
  for (size_t i = 0; i < nodes.size(); ++i) {
    missing[i] = nodes[i].after.size();
    for (size_t before : nodes[i].after)
      followers[before].push_back(i);
    if (missing[i] == 0)
      ready.push_back(i);
  }
  while (!ready.empty()) {
    std::vector<uint64_t> streams;
    for (size_t node : ready)
      streams.push_back(nodes[node].stream);
    std::swap(ready[choose(streams)], ready.back());
    size_t next = ready.back();
    ready.pop_back();
    nodes[next].task.run();
    for (size_t follower : followers[next])
      if (--missing[follower] == 0)
        ready.push_back(follower);
  }
}

} // namespace dpsims::emulated
